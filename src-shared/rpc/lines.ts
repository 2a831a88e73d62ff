import * as z from 'zod';

/** A line of checkpoints, by its id. */
export const lineId = z.string().min(1).max(200);

/** One line of text. The engine refuses a name that another line has. */
const lineText = z.string().max(1000);

/** A change of a line's record. */
export const lineChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rename'), name: lineText.min(1) }),
  z.object({ kind: z.literal('describe'), text: lineText }),
  z.object({ kind: z.literal('pin'), pinned: z.boolean() }),
]);

/** A change of a line's record. */
export type LineChange = z.output<typeof lineChange>;

/** Which parked lines to remove. Pinned lines are removed only by their ids. */
export const linePrune = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('line'), line: lineId }),
  z.object({ kind: z.literal('older-than'), days: z.int().min(0).max(100_000) }),
  z.object({ kind: z.literal('keep-last'), count: z.int().min(0).max(100_000) }),
  /** The parked lines have at most this many bytes of their own afterwards. */
  z.object({ kind: z.literal('to-size'), bytes: z.int().min(0) }),
]);

/** Which parked lines to remove. */
export type LinePrune = z.output<typeof linePrune>;
