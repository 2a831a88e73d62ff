import { resolve, sep } from 'node:path';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import type { Problem } from '../../src-shared/manifest/problems';
import { UNPAIRED_QUOTES } from '../../src-shared/manifest/rules/quotes';
import { isExecutable } from '../system/executables';
import type { ManifestFile } from './manifest-file';
import { startFault, type StartFault } from './script-start';
import { stepCheckProblems } from './step-checks';
import { BUILT_IN_IM_POP, scriptFile } from './step-script';

/**
 * Errors that would certainly end a build at one of its steps. `validate` reports them, `plan` and `build` refuse;
 * `build -l` still lists such a manifest (contract 1.2: 15).
 *
 * @param area the build area's path
 * @param steps the steps that would run
 */
export function startProblems(
  file: ManifestFile,
  area: string | undefined,
  steps: readonly DeclaredStep[] = file.manifest.steps,
): Problem[] {
  const running = new Set(steps.map(({ index }) => index));
  const refused = file.problems.filter(
    ({ severity, phase, code, step }) =>
      severity === 'error' &&
      phase === 'structure' &&
      (code !== UNPAIRED_QUOTES || (step !== undefined && running.has(step))),
  );
  const wrong = stepCheckProblems(file, steps).filter(({ severity }) => severity === 'error');
  return [...refused, ...scriptProblems(steps, area), ...wrong];
}

/**
 * Scripts that this host cannot start.
 *
 * @param area the build area's path: a script or an interpreter in it may be made by an earlier step, and is not checked
 */
export function scriptProblems(steps: readonly DeclaredStep[], area: string | undefined): Problem[] {
  return steps.flatMap((step) => problemsOfScript(step, area));
}

function problemsOfScript({ name, script, range, index }: DeclaredStep, area: string | undefined): Problem[] {
  const problem = (message: string): Problem[] => [
    {
      severity: 'error',
      phase: 'structure',
      code: 'script-cannot-start',
      message,
      path: 'finalizer/script/name',
      range,
      step: index,
    },
  ];
  if (script === undefined)
    return isExecutable(BUILT_IN_IM_POP)
      ? []
      : problem(
          `The step \`${name}\` is built into the distro_const of 2008 and 2009 and is not in the manifest; this host has no ${BUILT_IN_IM_POP}. ` +
            'Convert the manifest to the current layout, where im-pop is a script in the manifest, or build it on a host that has that script.',
        );
  const path = scriptFile(script);
  if (isInside(path, area)) return [];
  const fault = startFault(path);
  if (!fault || (fault.kind === 'interpreter-missing' && isInside(fault.interpreter, area))) return [];
  return problem(`The script \`${script}\` ${sentence(fault)}`);
}

function sentence(fault: StartFault): string {
  switch (fault.kind) {
    case 'not-a-file':
      return 'is not a file.';
    case 'no-interpreter-named':
      return 'has no interpreter line: begin its first line with #! and an interpreter, as in #!/bin/sh.';
    case 'windows-lines':
      return 'has Windows line endings, so that its interpreter is not found: remove the carriage returns.';
    case 'interpreter-missing':
      return `needs the interpreter ${fault.interpreter}, which this host does not have: install it, or correct the first line.`;
  }
}

const isInside = (path: string, folder: string | undefined): boolean =>
  folder !== undefined && resolve(path).startsWith(resolve(folder) + sep);
