import type { BuildStep } from './model';

/**
 * The `-l` table, line by line, to the letter of contract 1.6: an empty line, two header lines, one line a step.
 *
 * @param latest the latest resumable step; every step up to it carries an `X`
 */
export function stepTable(steps: readonly BuildStep[], latest: number | undefined): readonly string[] {
  return [
    '',
    'Step           Resumable Description',
    '-------------- --------- -------------',
    ...steps.map(
      (step, i) =>
        step.name.padEnd(15) +
        (latest !== undefined && i <= latest ? '    X     ' : ' '.repeat(10)) +
        step.message.padEnd(10),
    ),
  ];
}
