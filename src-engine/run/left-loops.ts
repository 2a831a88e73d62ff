import { AppError, reasonOf } from '../../src-shared/errors';
import { escapeName } from '../../src-shared/name-escapes';
import { detach, loopDevicesIn, type LoopDevice } from '../system/loop-devices';

/**
 * Detaches the loop devices that steps attached to files in the build data. They would outlive the build, and after a
 * rollback programs would write through them into removed files. Returns a sentence about each device.
 *
 * @param isKept whether the manifest lets them outlive their step, as it does for mounts
 */
export async function releaseLoops(buildData: string, isKept: boolean): Promise<string[]> {
  const sentences: string[] = [];
  for (const loop of loopDevicesIn(buildData)) {
    if (isKept) sentences.push(`The loop device ${nameOf(loop)} is kept`);
    else
      sentences.push(
        await detach(loop).then(
          () => `The loop device ${nameOf(loop)} was still attached and was detached`,
          (error: unknown) => `The loop device ${nameOf(loop)} cannot be detached: ${reasonOf(error)}`,
        ),
      );
  }
  return sentences;
}

/** Throws `AppError('snapshot')` when a loop device has a backing file in the build data, which is about to be replaced. */
export function refuseLoops(action: string, buildData: string): void {
  const [loop] = loopDevicesIn(buildData);
  if (!loop) return;
  throw new AppError(
    'snapshot',
    `${action} is not possible: the loop device ${nameOf(loop)} uses a file in the build data. Nothing was changed.`,
    `Detach it: losetup -d ${loop.device}`,
  );
}

/** `/dev/loop0 of area/build_data/tmp/image` */
const nameOf = ({ device, file }: LoopDevice): string => `${device} of ${escapeName(file)}`;
