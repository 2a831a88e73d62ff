import type { DamagedSnapshots } from '../../src-shared/checkpoints/rules';
import { AppError } from '../../src-shared/errors';
import type { Snapshot } from './backend';

/** A snapshot of the store that cannot be used. Other snapshots may be intact; a full build makes the store again. */
export class DamagedSnapshot extends AppError {
  /** @param what a clause about the damage: `/area/.slipway/snapshots/pack-000001 is missing` */
  constructor(what: string) {
    super(
      'snapshot',
      `${what}. The checkpoint cannot be used.`,
      'Resume from another checkpoint, or start the build from the beginning.',
    );
  }
}

/** The reasons why snapshots cannot be used, by their names. */
export function damagesOf(snapshots: readonly Snapshot[]): DamagedSnapshots {
  return new Map(snapshots.flatMap(({ name, damage }) => (damage === undefined ? [] : [[name, damage]])));
}
