import { quoteWord } from '../../../src-shared/shell-quote';
import type { Check, Finding } from '../check';
import type { Place } from '../subject';
import { datasetState, poolState, setProperty } from '../zfs-state';

const IT = { id: 'file-system', title: 'file system' };
/** ZFS gets slow above this. */
const NEARLY_FULL = 90;
/** The pool states in which the kernel still writes. */
const WORKING = ['ONLINE', 'DEGRADED'];

/** The file system of the build area: pool and dataset of ZFS, otherwise the cost of checkpoints there. */
export function fileSystemCheck({ area, choice }: Place): Check {
  return {
    ...IT,
    async look() {
      if (area.kind === 'zfs' && area.dataset !== undefined) return zfsFindings(area.dataset, area.exists);
      const { reason, backend } = choice;
      if (backend.kind !== 'plain') return [{ ...IT, state: 'ok', detail: reason }];
      return [
        {
          ...IT,
          state: 'ok',
          detail: `${reason}; each checkpoint costs what its step changed, and the time to read the metadata of all files`,
        },
      ];
    },
  };
}

async function zfsFindings(dataset: string, exists: boolean): Promise<Finding[]> {
  const { pool, health, capacity } = await poolState(dataset);
  const state = await datasetState(dataset);
  const found = `pool ${pool} is ${health}, ${capacity} % full`;
  if (!WORKING.includes(health))
    return [{ ...IT, state: 'missing', detail: found, fix: `See the cause: zpool status -x ${pool}` }];
  if (state.isReadOnly)
    return [
      {
        ...IT,
        state: 'missing',
        detail: `${found}; ${state.dataset} is read-only`,
        fix: setProperty(state.dataset, 'readonly=off'),
      },
    ];
  if (exists && !state.isMounted)
    return [
      {
        ...IT,
        state: 'missing',
        detail: `${found}; ${dataset} is not mounted`,
        fix: `zfs mount ${quoteWord(dataset)}`,
      },
    ];
  if (health !== 'ONLINE')
    return [{ ...IT, state: 'note', detail: found, fix: `See the cause: zpool status -x ${pool}` }];
  if (capacity >= NEARLY_FULL)
    return [{ ...IT, state: 'note', detail: `${found}, which makes it slow`, fix: `Free space in the pool ${pool}.` }];
  return [{ ...IT, state: 'ok', detail: found }];
}
