import { lacksTempFileSystem, makeTempFileSystem, type TemporaryPlace } from './temp-loop';

export type { TemporaryPlace };

/** Whether a btrfs can be made and mounted here. */
export const hasBtrfs = lacksTempFileSystem('btrfs') === undefined;

/** A folder on a new btrfs, in a sparse file. */
export async function btrfsFolder(bytes?: number): Promise<TemporaryPlace> {
  return makeTempFileSystem('btrfs', bytes);
}
