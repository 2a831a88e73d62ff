import type { DamagedSnapshots } from '../../src-shared/checkpoints/rules';
import { AppError } from '../../src-shared/errors';
import type { Snapshot } from './backend';

/** A snapshot of the store that cannot be used. Other snapshots may be intact; a full build makes the store again. */
export class DamagedSnapshot extends AppError {
  /** @param damage a clause: `/area/.slipway/snapshots/pack-000001 is missing` */
  constructor(readonly damage: string) {
    super(
      'snapshot',
      `${damage}. The checkpoint cannot be used.`,
      'Resume from another checkpoint, or start the build from the beginning.',
    );
  }
}

/** The reasons why snapshots cannot be used, by their names. */
export function damagesOf(snapshots: readonly Snapshot[]): DamagedSnapshots {
  return new Map(snapshots.flatMap(({ name, damage }) => (damage === undefined ? [] : [[name, damage]])));
}
