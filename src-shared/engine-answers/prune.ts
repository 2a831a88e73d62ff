import * as z from 'zod';

/** What `distro_const prune --json` prints. */
export const pruneAnswer = z.object({
  /** Snapshots that would be removed, or were with `--yes`, with the reason and the bytes that each alone frees. */
  wouldRemove: z.array(z.object({ name: z.string(), reason: z.string(), unique: z.number().optional() })),
  /** Names of those that were removed. */
  removed: z.array(z.string()),
});

/** What `distro_const prune --json` prints. */
export type PruneAnswer = z.output<typeof pruneAnswer>;
