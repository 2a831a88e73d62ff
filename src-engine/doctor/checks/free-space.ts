import { statfsSync } from 'node:fs';
import { bytes } from '../../../src-shared/format';
import type { BuildArea } from '../../area/area';
import type { Check } from '../check';
import type { Place } from '../subject';
import { datasetState } from '../zfs-state';
import { nearestFolder } from './privileges';

/** Whether the size of the build data at the newest checkpoint fits into the free space. */
export function freeSpaceCheck({ area, choice }: Place): Check {
  const check = { id: 'free-space', title: 'free space' };
  return {
    ...check,
    async run() {
      const { free, where, quotaOf } = await freeSpace(area);
      const newest = area.exists ? (await choice.backend.list()).at(-1) : undefined;
      const needed = newest && (await choice.backend.size(newest.name)).referenced;
      if (needed === undefined)
        return [
          {
            ...check,
            state: 'note',
            detail: `${bytes(free)} free; the needed space is unknown before a first build here`,
          },
        ];
      const detail = `${bytes(free)} free, about ${bytes(needed)} needed`;
      if (free >= needed) return [{ ...check, state: 'ok', detail }];
      const raise = quotaOf === undefined ? '' : `, or raise the quota of ${quotaOf}`;
      return [{ ...check, state: 'missing', detail, fix: `Free ${bytes(needed - free)} more in ${where}${raise}.` }];
    },
  };
}

/** Writable bytes, their place, and the dataset whose quota may limit them. */
async function freeSpace({ dataset, mountpoint }: BuildArea) {
  if (dataset !== undefined) {
    const state = await datasetState(dataset);
    const quotaOf = state.quota > 0 ? state.dataset : undefined;
    return { free: state.available, where: `the pool of ${state.dataset}`, quotaOf };
  }
  const folder = nearestFolder(mountpoint);
  const { bavail, bsize } = statfsSync(folder);
  return { free: bavail * bsize, where: `the file system of ${folder}`, quotaOf: undefined };
}
