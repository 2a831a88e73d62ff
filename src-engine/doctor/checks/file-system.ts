import { quoteArgument } from '../../../src-shared/shell-quote';
import { factsOf } from '../../snapshots/backends';
import type { Check, Finding } from '../check';
import type { Place } from '../subject';
import { datasetState, poolState, setProperty } from '../zfs-state';

const CHECK = { id: 'file-system', title: 'file system' };
/** ZFS gets slow above this. */
const MAX_USED_PERCENT = 90;
/** The pool states in which the kernel still writes. */
const WRITABLE_STATES = ['ONLINE', 'DEGRADED'];

/** The file system of the build area: pool and dataset of ZFS, otherwise the cost of checkpoints there. */
export function fileSystemCheck({ area, choice }: Place): Check {
  return {
    ...CHECK,
    async run() {
      if (area.dataset !== undefined) return zfsFindings(area.dataset, area.exists);
      const { reason, backend } = choice;
      const { cost } = factsOf(backend.kind);
      return [{ ...CHECK, state: 'ok', detail: cost === undefined ? reason : `${reason}; ${cost}` }];
    },
  };
}

async function zfsFindings(dataset: string, exists: boolean): Promise<Finding[]> {
  const { pool, health, capacity } = await poolState(dataset);
  const state = await datasetState(dataset);
  const found = `pool ${pool} is ${health}, ${capacity} % full`;
  if (!WRITABLE_STATES.includes(health))
    return [{ ...CHECK, state: 'missing', detail: found, fix: `See the cause: zpool status -x ${pool}` }];
  if (state.isReadOnly)
    return [
      {
        ...CHECK,
        state: 'missing',
        detail: `${found}; ${state.dataset} is read-only`,
        fix: setProperty(state.dataset, 'readonly=off'),
      },
    ];
  if (exists && !state.isMounted)
    return [
      {
        ...CHECK,
        state: 'missing',
        detail: `${found}; ${dataset} is not mounted`,
        fix: `zfs mount ${quoteArgument(dataset)}`,
      },
    ];
  if (health !== 'ONLINE')
    return [{ ...CHECK, state: 'note', detail: found, fix: `See the cause: zpool status -x ${pool}` }];
  if (capacity >= MAX_USED_PERCENT)
    return [
      { ...CHECK, state: 'note', detail: `${found}, which makes it slow`, fix: `Free space in the pool ${pool}.` },
    ];
  return [{ ...CHECK, state: 'ok', detail: found }];
}
