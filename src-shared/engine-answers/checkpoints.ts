import * as z from 'zod';
import { backend } from './backend';
import { snapshot, snapshotSize } from './snapshot';
import { checkpointAnswer } from './status';

/** What `distro_const checkpoints --json` prints: the checkpoints as in `status`, with sizes. */
export const checkpointsAnswer = z.object({
  area: z.string().describe('Path of the build area.'),
  backend,
  used: z
    .number()
    .optional()
    .describe('Bytes that all snapshots occupy, parts that they share once; missing where that is not known.'),
  checkpoints: z
    .array(
      checkpointAnswer.extend({
        snapshot: snapshot
          .extend(snapshotSize.shape)
          .nullable()
          .describe('The snapshot before the step, with sizes where the file system can report them cheaply.'),
      }),
    )
    .describe('The steps of the manifest as saved, each with the checkpoint before it.'),
  otherSnapshots: z.array(snapshot).describe('Snapshots that no step of the manifest owns.'),
});

/** What `distro_const checkpoints --json` prints. */
export type CheckpointsAnswer = z.output<typeof checkpointsAnswer>;

/** The part of the answer that `status` lacks: the sizes of snapshots. */
export interface CheckpointSizes {
  readonly used?: number | undefined;
  readonly checkpoints: readonly Pick<CheckpointsAnswer['checkpoints'][number], 'step' | 'snapshot'>[];
}
