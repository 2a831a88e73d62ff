import { readdir, readFile } from 'node:fs/promises';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { PROTOCOL_VERSION } from '../../src-shared/journal/records';
import { plainText } from '../../src-shared/logs/ansi';
import { decodeManifest } from '../../src-shared/manifest/source';
import { reasonOf } from '../../src-shared/errors';
import { bytes } from '../../src-shared/format';
import { resolveArea, type BuildArea } from '../area/area';
import { logStamp } from '../area/log-names';
import { readManifestFile } from '../area/manifest-file';
import { runChecks } from '../doctor/check';
import { hostChecks, manifestChecks } from '../doctor/checklist';
import { openSubject } from '../doctor/subject';
import { ifMissing, readRegularFile } from '../system/files';
import { systemError } from '../system/system-error';
import { ENGINE_VERSION } from '../version';
import { redactJournal } from './journal-text';
import { redactManifest, secretsOf } from './manifest-secrets';
import { newestLogs, type Limits } from './newest-logs';
import { Redactor } from './redactor';
import { tar, type TarEntry } from './tar';

const MIB = 1024 * 1024;
/** Enough for many runs, and still small enough for an e-mail. */
const LIMITS: Limits = { each: 4 * MIB, all: 16 * MIB };

/** The files for a support request. */
export interface SupportBundle {
  /** A .tar.gz. */
  readonly archive: Buffer;
  /** Its files. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** What could not be collected or was left out, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Collects versions, the doctor's report, the manifest, and the newest journals and logs of its build area. Secrets are
 * removed, images are never included. What cannot be collected becomes a note, because a bundle is most useful when
 * much is broken. Changes nothing.
 *
 * @param operand the manifest as named on the command line
 */
export async function collectSupport(operand: string, now: Date): Promise<SupportBundle> {
  const notes: string[] = [];
  const trouble = (what: string, error: unknown): void => void notes.push(`${what}: ${reasonOf(error)}`);

  const source = await readFile(operand)
    .then(decodeManifest)
    .catch((error: unknown) => trouble('the manifest cannot be read', error));
  const area = await readManifestFile(operand)
    .then(({ manifest }) => resolveArea(manifest.buildArea))
    .catch((error: unknown) => trouble('no journals and logs', error));
  const findings = await examine(operand).catch((error: unknown) => trouble('no report of the doctor', error));

  // Without their secrets the logs cannot be redacted.
  const old =
    area &&
    (await oldManifests(area).catch((error: unknown) =>
      trouble('no journals and logs, because a manifest of an earlier build cannot be read', error),
    ));
  const redactor = new Redactor([source ?? '', ...(old ?? [])].flatMap(secretsOf));
  const json = (value: unknown): string => `${JSON.stringify(redactor.value(value), null, 2)}\n`;
  const entries: TarEntry[] = [
    { name: 'versions.json', content: json(versions(now)) },
    ...(findings ? [{ name: 'doctor.json', content: json(findings) }] : []),
    ...(source === undefined ? [] : [{ name: 'manifest.xml', content: redactManifest(source, redactor) }]),
  ];
  const found =
    area &&
    old &&
    (await newestLogs(area.logs, LIMITS).catch((error: unknown) => trouble('no journals and logs', error)));
  const { logs, older, unread } = found ?? { logs: [], older: 0, unread: [] };
  notes.push(...unread.map((why) => `a log cannot be read: ${why}`));
  if (older > 0) notes.push(`older journals and logs: ${older}`);
  for (const { name, text, left } of logs) {
    if (left > 0) notes.push(`${name}: its first ${bytes(left)} are left out`);
    const content = name.endsWith('.jsonl')
      ? redactJournal(text, redactor, left > 0)
      : redactor.lines(text.split('\n').map(plainText), left > 0).join('\n');
    entries.push({ name: `logs/${name}`, content });
  }
  const redactedNotes = notes.map((note) => redactor.text(note));
  const all = [{ name: 'README.txt', content: readme(redactedNotes) }, ...entries];
  const folder = `slipway-support-${logStamp(now)}`;
  return {
    archive: gzipSync(
      tar(
        all.map((entry) => ({ ...entry, name: `${folder}/${entry.name}` })),
        now,
      ),
    ),
    files: all.map(({ name, content }) => ({ name, bytes: Buffer.byteLength(content as string) })),
    notes: redactedNotes,
  };
}

async function examine(operand: string) {
  const subject = await openSubject(operand).catch(() => undefined); // a note has the reason
  return runChecks(subject ? manifestChecks(subject) : hostChecks());
}

/** The manifests of earlier builds: their logs may contain a password that was changed since. */
async function oldManifests(area: BuildArea): Promise<string[]> {
  const names = (await readdir(area.mountpoint).catch(ifMissing)) ?? [];
  return names
    .filter((name) => stepOfSnapshot(name) !== undefined)
    .map((name) => manifestText(join(area.mountpoint, name)));
}

/** Empty for what is not a manifest. */
function manifestText(path: string): string {
  try {
    return decodeManifest(readRegularFile(path));
  } catch (error) {
    if (systemError(error)) ifMissing(error); // one may be removed meanwhile
    return '';
  }
}

function versions(now: Date) {
  return {
    at: now.toISOString(),
    engine: ENGINE_VERSION,
    journal: PROTOCOL_VERSION,
    node: process.versions.node,
    system: `${type()} ${release()}`,
    architecture: arch(),
    processors: cpus().length,
    memoryBytes: totalmem(),
    startedBy: process.env['SLIPWAY_CLIENT'] ?? 'terminal',
  };
}

const readme = (notes: readonly string[]): string => `A support bundle of Slipway.

versions.json  of the engine, Node and the system
doctor.json    what this host can do, and what is missing
manifest.xml   the manifest
logs/          the newest journals and logs of its build area

Passwords, keys and tokens are replaced by "[removed]" where they are recognised: values named in the manifest, and text
that has a known form. A secret without such a form, for example one that a step prints alone on a
line, or that is part of a file's name, cannot be recognised. Names of hosts, users, files and packages are included.
Check the files before you send them.
${notes.length === 0 ? '' : `\nNot in it:\n${notes.map((note) => `- ${note}\n`).join('')}`}`;
