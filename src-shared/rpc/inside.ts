import { oc } from '@orpc/contract';
import * as z from 'zod';
import { path, stepName, target } from './common';

/** A path inside a checkpoint, without a leading slash; empty for its root. */
const inner = z.string().max(4096);

const change = z.object({
  change: z.enum(['added', 'changed', 'removed']),
  path: z.string(),
  type: z.string(),
  /** Bytes. */
  before: z.number().optional(),
  after: z.number().optional(),
  /** What changed besides the content: mode, owner, target… */
  what: z.array(z.string()),
});

/** A file or folder, as `ls` tells it. */
export const entry = z.object({
  name: z.string(),
  /** `d0755`: type and permissions. */
  mode: z.string(),
  owner: z.string(),
  size: z.number(),
  /** Seconds since the epoch. */
  modified: z.number(),
  /** Where a symbolic link points. */
  target: z.string().nullable(),
});

/** What is in a checkpoint. Everything is read from a read-only view of the snapshot, never from the live build data. */
export const inside = {
  /** Files added, changed and removed from the checkpoint `from` to the checkpoint `to`; without `to`, until now. */
  changes: oc.input(z.object({ ...target, from: stepName, to: stepName.optional() })).output(
    z.object({
      added: z.number(),
      changed: z.number(),
      removed: z.number(),
      /** By how much the files grew. */
      bytes: z.number(),
      /** The first 20,000. */
      changes: z.array(change),
      total: z.number(),
    }),
  ),
  list: oc.input(z.object({ ...target, step: stepName, folder: inner })).output(z.object({ entries: z.array(entry) })),
  /** A file's first MiB: as text where it is text, else as base64 for a hex view. */
  read: oc.input(z.object({ ...target, step: stepName, file: inner })).output(
    z.object({
      kind: z.enum(['text', 'binary']),
      content: z.string(),
      /** The whole file's size in bytes. */
      size: z.number(),
      isCut: z.boolean(),
    }),
  ),
  /** Copies a file out, byte for byte, to a path on this computer. */
  copyOut: oc.input(z.object({ ...target, step: stepName, file: inner, to: path })).output(z.object({ path })),
  /** The manifest as it was when the checkpoint was taken; `undefined` when no copy is there. */
  manifest: oc.input(z.object({ ...target, step: stepName })).output(z.object({ source: z.string().optional() })),
};

/** A file that differs between two checkpoints. */
export type TreeChangeView = z.output<typeof change>;
/** A file or folder in a checkpoint. */
export type TreeEntry = z.output<typeof entry>;
