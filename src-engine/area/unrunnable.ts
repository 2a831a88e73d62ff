import type { BuildStepDeclaration } from '../../src-shared/manifest/model';
import { problemLine, type ManifestFile } from './manifest-file';

/**
 * Why a build of these steps is refused before the first of them runs; empty when nothing is known against it. An argslist that cannot be
 * split fails its step for certain, and the original finds that out only when it comes to the step (contract 4.1).
 */
export function unrunnableLines(file: ManifestFile, steps: readonly BuildStepDeclaration[]): readonly string[] {
  const failing = steps.filter(({ argsError }) => argsError !== undefined);
  if (failing.length === 0) return [];
  const places = file.problems.filter(({ code }) => code === 'argslist-quotes');
  return [
    ...failing.map(({ name, script, argsError }) => `The step ${name || script} cannot run. ${argsError}`),
    ...places.map((problem) => problemLine(file, problem)),
  ];
}
