import type { ValidateAnswer } from '../engine-answers/validate';
import type { InterpretedManifest } from './interpret';
import type { Problem } from './problems';
import { positionAt } from './source';

/** The answer of `distro_const validate --json` for these problems. */
export function validationAnswer(
  { source, manifest }: InterpretedManifest,
  problems: readonly Problem[],
): ValidateAnswer {
  return {
    valid: !problems.some(({ severity }) => severity === 'error'),
    layout: manifest.layout,
    problems: problems.map((problem) => ({ ...problem, ...positionAt(source, problem.range?.start ?? 0) })),
  };
}
