import * as z from 'zod';

/** The kind of the snapshot backend. It is a text, because a newer engine may have another kind. */
export const backend = z
  .string()
  .describe('How checkpoints are taken: `zfs`, `btrfs` or `plain`; `none` where the host takes none in this area.');
