import * as z from 'zod';

/** The snapshot before one step. */
export const snapshot = z.object({
  name: z.string(),
  id: z.string().describe('What the file system calls it.'),
  takenAt: z.number().describe('Seconds since the epoch.'),
  guid: z.string().optional().describe('The own identity of a ZFS snapshot; missing elsewhere.'),
  damage: z.string().optional().describe('Why it cannot be used, as a clause; missing where it can.'),
});

/** Bytes of a snapshot; missing where the file system cannot report them cheaply. */
export const snapshotSize = z.object({
  referenced: z.number().optional().describe('Bytes that it refers to.'),
  unique: z.number().optional().describe('Bytes that removing it alone would free.'),
});

/** Bytes of a snapshot. */
export type SnapshotSizeAnswer = z.output<typeof snapshotSize>;
