import { checkpointName, type BuildStep } from './model';
import type { DamagedSnapshots } from './rules';

/**
 * The `-l` table, exactly as in contract 1.6: an empty line, two header lines, one line per step.
 *
 * @param damaged checkpoints that cannot be used have no `X`
 * @param latest the latest resumable step; every step up to it carries an `X`
 */
export function stepTable(
  steps: readonly BuildStep[],
  latest: number | undefined,
  damaged?: DamagedSnapshots,
): readonly string[] {
  const isResumable = ({ name }: BuildStep, index: number): boolean =>
    latest !== undefined && index <= latest && damaged?.has(checkpointName(name)) !== true;
  return [
    '',
    'Step           Resumable Description',
    '-------------- --------- -------------',
    ...steps.map(
      (step, i) =>
        step.name.padEnd(15) + (isResumable(step, i) ? '    X     ' : ' '.repeat(10)) + step.message.padEnd(10),
    ),
  ];
}
