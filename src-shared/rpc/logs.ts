import { oc } from '@orpc/contract';
import * as z from 'zod';
import { runName, target } from './common';

/** Which lines of a run: all, or those of one step, of some streams. Line numbers count the lines that fit, from 0. */
const selection = {
  ...target,
  run: runName,
  /** Lines of this step only; lines of the engine between steps belong to none. */
  step: z.string().max(200).optional(),
  /** Missing: all streams. */
  streams: z.array(z.enum(['stdout', 'stderr', 'engine'])).optional(),
};

const line = z.object({
  /** Seconds since the epoch; 0 where the time is not known. */
  at: z.number(),
  stream: z.enum(['stdout', 'stderr', 'engine']),
  step: z.string().nullable(),
  /** As a terminal shows it; the only sequences are those of its styles. Of a long line, the beginning and the end are kept, with a note between them. */
  text: z.string(),
  /** It has not ended: its text may change, and its number grows when other lines end before it. */
  open: z.literal(true).optional(),
});

/** The log of a run: read by line number, in pieces, because it may have millions of lines. */
export const logs = {
  /**
   * Waits until the log has more than `have` lines or its run has ended (at once when `ended` is already known to be false and it
   * has), and returns how many it has now. `have: -1` answers at once. With the `revision` of the answer before, a change of open
   * lines is an answer as well.
   */
  grown: oc
    .input(z.object({ ...selection, have: z.number().int().min(-1), revision: z.number().int().optional() }))
    .output(z.object({ lines: z.number(), ended: z.boolean(), revision: z.number() })),
  /** At most 1,000 lines from `from` on. */
  read: oc
    .input(z.object({ ...selection, from: z.number().int().min(0), count: z.number().int().min(1).max(1000) }))
    .output(z.array(line)),
  /** Every line that contains the text, upper and lower case alike: how many, and the numbers of the first 10,000. */
  find: oc
    .input(z.object({ ...selection, text: z.string().min(1).max(1000) }))
    .output(z.object({ count: z.number(), lines: z.array(z.number()), milliseconds: z.number() })),
  /** The first line that mentions an error, from `from` on. */
  firstError: oc
    .input(z.object({ ...selection, from: z.number().int().min(0) }))
    .output(z.object({ line: z.number().nullable() })),
};

/** A line of a log. */
export type LogLine = z.output<typeof line>;
