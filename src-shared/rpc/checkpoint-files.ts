import { oc } from '@orpc/contract';
import * as z from 'zod';
import { diffAnswer, filesInCheckpointAnswer } from '../engine-answers/files';
import { path, stepName, target } from './common';

/** A path inside a checkpoint, without a leading slash; empty for its root. */
const inner = z.string().max(4096);

/** The content of a checkpoint. Everything is read from a read-only view of the snapshot, never from the live build data. */
export const inside = {
  /** Files that were added, changed and removed between the checkpoint `from` and the checkpoint `to`; without `to`: and the build data. */
  changes: oc.input(z.object({ ...target, from: stepName, to: stepName.optional() })).output(
    diffAnswer.extend({
      /** The first 20,000. */
      changes: diffAnswer.shape.changes,
      /** How many there are. */
      total: z.number(),
    }),
  ),
  list: oc.input(z.object({ ...target, step: stepName, folder: inner })).output(filesInCheckpointAnswer),
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
  /** Saves a copy of a file, byte for byte, to a path on this computer. */
  copyOut: oc.input(z.object({ ...target, step: stepName, file: inner, to: path })).output(z.object({ path })),
  /** The manifest at the time of the checkpoint; `undefined` when there is no copy. */
  manifest: oc.input(z.object({ ...target, step: stepName })).output(z.object({ source: z.string().optional() })),
};
