import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { validateAnswer } from '../engine-answers/validate';
import { hostEntry, ROOT_TOOLS } from '../hosts/model';
import { editedText, hostId, listing, path, target } from './common';

/** Facts about a host, collected when it was connected. */
const hostFacts = z.object({
  /** As `uname` prints it: `Linux`, `SunOS`. */
  system: z.string(),
  /** The name of the host, as it reports it. */
  name: z.string(),
  user: z.string(),
  /** How commands get root rights there; `none`: they do not. */
  root: z.enum(['root', ...ROOT_TOOLS, 'none']),
  /** Why they do not, as a sentence. */
  noRoot: z.string().optional(),
  /** Which engine builds there: Slipway's, or the host's own command. */
  engine: z.enum(['slipway', 'stock']),
  /** The version of Node that runs our engine: `Node 20.11`. */
  version: z.string().optional(),
  /** Path of the host's own `distro_const`, when that builds. */
  originalCommand: z.string().optional(),
  /** Whether the host allows one SSH session at a time only. */
  oneSession: z.boolean().optional(),
  /** Of the host's key: its algorithm, and its fingerprint as OpenSSH prints it; missing for this computer. */
  hostKey: z.object({ type: z.string(), fingerprint: z.string() }).optional(),
  /** Which SSH client connects, and what the built-in one lacks for this host; missing for this computer. */
  client: z.object({ name: z.enum(['built-in', 'ssh']), needs: z.array(z.string()) }).optional(),
});

/** State of the connection to a host. */
const link = z.discriminatedUnion('state', [
  z.object({ state: z.literal('idle') }),
  z.object({ state: z.literal('connecting'), step: z.string() }),
  z.object({ state: z.literal('ready'), facts: hostFacts }),
  /** The connection was lost, or the host could not be reached. Main tries again. */
  z.object({
    state: z.literal('lost'),
    message: z.string(),
    /** Seconds since the epoch. */
    retryAt: z.number(),
  }),
  /** Main does not try again: a login that was refused, a host key that changed, a host that cannot build. */
  z.object({ state: z.literal('failed'), message: z.string(), hint: z.string().optional() }),
]);

/** A build of this app on a host, as the menu shows it. */
const hostBuild = z.object({
  path,
  /** The manifest's file, with its folder. */
  title: z.string(),
  state: z.enum(['running', 'paused', 'failed', 'done', 'cancelled', 'interrupted']),
  /** The step that runs, or that it stopped at. */
  step: z.string().optional(),
});

const host = z.object({ entry: hostEntry, link, builds: z.array(hostBuild) });

/** A question for the user. Texts that come from a host are marked as such. */
const question = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('host-key'),
    host: z.string(),
    /** The algorithm's name. */
    type: z.string(),
    fingerprint: z.string(),
  }),
  z.object({
    kind: z.literal('password'),
    host: z.string(),
    user: z.string(),
    attempt: z.number(),
    canRemember: z.boolean(),
  }),
  z.object({
    kind: z.literal('passphrase'),
    host: z.string(),
    file: z.string(),
    attempt: z.number(),
    canRemember: z.boolean(),
  }),
  z.object({
    kind: z.literal('questions'),
    host: z.string(),
    /** Of the host, like the prompts. */
    title: z.string(),
    instructions: z.string(),
    prompts: z.array(z.object({ text: z.string(), secret: z.boolean() })),
  }),
]);

const asked = z.object({ id: z.string(), question });

/** One line of the checklist before a build. */
const check = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['ok', 'note', 'missing', 'unknown']),
  detail: z.string(),
  /** The exact command, or the one thing to do. */
  fix: z.string().optional(),
});

/** The host book, the connections to hosts, and questions for the user. */
export const hosts = {
  /** All hosts, this computer first; again at every change. */
  watch: oc.output(eventIterator(z.array(host))),
  /** Adds a host, or changes it and reconnects. Refused with the first problem of the entry. */
  save: oc.input(z.object({ entry: hostEntry })),
  /** Removes a host from the book, with its secrets. Running builds continue. */
  remove: oc.input(z.object({ id: hostId })),
  /** Connects, or tries again at once. Resolves when the host is ready. */
  connect: oc.input(z.object({ id: hostId })).output(hostFacts),
  /** Ends the connection and forgets the secrets of this session. Running builds continue. */
  disconnect: oc.input(z.object({ id: hostId })),
  /** Connects to a host with the values of an entry and disconnects. Nothing is saved. */
  test: oc.input(z.object({ entry: hostEntry })).output(hostFacts),
  /** Why the host book could not be read when the app was started, and where it is now; `undefined` when it could. */
  trouble: oc.output(z.object({ message: z.string().optional() })),
  /** The hosts of ~/.ssh/config, by their names there. */
  suggestions: oc.output(z.array(z.string())),
  /** The host that a document is built on. */
  chosen: oc.input(z.object({ path })).output(z.object({ host: hostId })),
  choose: oc.input(z.object(target)),
  /** The open questions; again at every change. */
  questions: oc.output(eventIterator(z.array(asked))),
  /** One answer for each prompt; none: the user cancelled. A host key is accepted with the answer `yes`. */
  answer: oc.input(
    z.object({ id: z.string(), answers: z.array(z.string().max(10_000)).max(50).optional(), remember: z.boolean() }),
  ),
  /** All problems of a manifest that is being edited. The host's engine checks its text and the saved scripts. */
  validate: oc.input(z.object({ ...target, source: editedText })).output(validateAnswer),
  /** The checklist before a build: what was checked, what was found, and what to do. Of the text that is being edited, or of the saved file. */
  preflight: oc
    .input(z.object({ ...target, source: editedText.optional() }))
    .output(z.object({ ok: z.boolean(), checks: z.array(check) })),
  /** Lines for review that give a non-root account only the rights that this build area needs. */
  rights: oc
    .input(z.object({ ...target, source: editedText.optional() }))
    .output(z.object({ groups: z.array(z.object({ title: z.string(), lines: z.array(z.string()) })) })),
  /** A folder of a host. */
  list: oc.input(z.object({ id: hostId, folder: z.string().max(4096) })).output(listing),
  /** Copies a manifest of a host to a new folder of this computer; it is built on that host. */
  openManifest: oc.input(z.object({ id: hostId, path: z.string().max(4096) })).output(z.object({ path })),
};

/** Facts about a host. */
export type HostFacts = z.output<typeof hostFacts>;
/** State of the connection to a host. */
export type HostLinkState = z.output<typeof link>;
/** A host of the book, as the window knows it. */
export type HostView = z.output<typeof host>;
/** A build of this app on a host. */
export type HostBuild = z.output<typeof hostBuild>;
/** A question for the user. */
export type HostQuestion = z.output<typeof question>;
/** A question that is open. */
export type AskedQuestion = z.output<typeof asked>;
/** One line of the checklist. */
export type PreflightCheck = z.output<typeof check>;
