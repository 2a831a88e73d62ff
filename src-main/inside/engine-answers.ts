import * as z from 'zod';
import { entry } from '../../src-shared/rpc/inside';
import { readAnswer } from '../hosts/read-answer';

// What the engine's `--json` documents hold of a checkpoint's inside. Fields that the app does not know are left out.

const bytes = z
  .number()
  .nullable()
  .transform((size) => size ?? undefined);

const diff = z.object({
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  bytes: z.number(),
  changes: z.array(
    z.object({
      change: z.enum(['added', 'changed', 'removed']),
      path: z.string(),
      type: z.string(),
      before: bytes,
      after: bytes,
      what: z.array(z.string()),
    }),
  ),
});

const list = z.object({ entries: z.array(entry) });

/** What differs between two trees. */
export type Diff = z.output<typeof diff>;

/** What `diff` found. */
export const readDiff = (answer: unknown): Diff => readAnswer(diff, answer);
/** What `ls` found. */
export const readList = (answer: unknown): z.output<typeof list> => readAnswer(list, answer);
