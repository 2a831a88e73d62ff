import type { BackendName } from '../../../src-shared/engine-answers/backend';

interface Costs {
  /** What keeping the current state as a line costs. */
  readonly parking: string;
  /** How long going to another line takes. */
  readonly going: string;
}

const SNAPSHOTS: Costs = { parking: 'That takes no space now.', going: 'It takes about a second.' };

const COSTS: ReadonlyMap<string | undefined, Costs> = new Map(
  Object.entries({
    zfs: SNAPSHOTS,
    btrfs: SNAPSHOTS,
    plain: {
      parking: 'That takes the space of what has changed since the last checkpoint.',
      going: 'The files that differ are copied.',
    },
  } satisfies Record<BackendName, Costs>),
);

/** What keeping the current state as a line costs, as a sentence; empty where the backend is not known. */
export const parkingCost = (backend: string | undefined): string => COSTS.get(backend)?.parking ?? '';

/** How long going to another line takes, as a sentence; empty where the backend is not known. */
export const goingThere = (backend: string | undefined): string => COSTS.get(backend)?.going ?? '';
