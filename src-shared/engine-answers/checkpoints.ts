import * as z from 'zod';
import { snapshot, snapshotSize } from './snapshot';

/** What `distro_const checkpoints --json` prints, as far as programs need more than `status` has: sizes. */
export const checkpointsAnswer = z.object({
  checkpoints: z.array(z.object({ step: z.string(), snapshot: snapshot.extend(snapshotSize.shape).nullable() })),
});

/** What `distro_const checkpoints --json` prints. */
export type CheckpointsAnswer = z.output<typeof checkpointsAnswer>;
