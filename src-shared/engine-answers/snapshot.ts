import * as z from 'zod';

/** The snapshot before one step. */
export const snapshot = z.object({
  name: z.string(),
  /** What the file system calls it. */
  id: z.string(),
  /** Seconds since the epoch. */
  takenAt: z.number(),
  /** Why it cannot be used, as a clause; missing where it can. */
  damage: z.string().optional(),
});

/** Bytes of a snapshot; missing where the file system cannot report them cheaply. */
export const snapshotSize = z.object({
  /** Bytes that it refers to. */
  referenced: z.number().optional(),
  /** Bytes that removing it alone would free. */
  unique: z.number().optional(),
});

/** Bytes of a snapshot. */
export type SnapshotSizeAnswer = z.output<typeof snapshotSize>;
