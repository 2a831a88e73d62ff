import { reasonOf } from '../../../src-shared/errors';
import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { scriptHint } from '../../../src-shared/manifest/script-hint';
import { quoteArgument } from '../../../src-shared/shell-quote';
import { plural } from '../../../src-shared/format';
import type { DeclaredStep } from '../../../src-shared/manifest/model';
import { isExecutable } from '../../system/executables';
import type { Check, Finding } from '../check';
import { BUILT_IN_IM_POP } from '../../area/step-script';
import { readHead, shebangOf, startFault } from '../../area/script-start';
import { isShell } from '../script-file';
import type { Subject } from '../subject';
import { findTool, installCommand } from '../../system/executables';

/** A script and the steps that run it. */
interface StepScript {
  readonly script: string;
  /** The manifest does not name it: layout A has the first step built in (contract 7). */
  readonly isBuiltIn: boolean;
  readonly steps: readonly string[];
}

/** Each script once. */
export function scriptsOf(steps: readonly DeclaredStep[]): StepScript[] {
  const found = new Map<string, StepScript>();
  for (const step of steps) {
    const script = step.script ?? BUILT_IN_IM_POP;
    const known = found.get(script) ?? { script, isBuiltIn: step.script === undefined, steps: [] };
    found.set(script, { ...known, steps: [...known.steps, step.name] });
  }
  return [...found.values()];
}

/** Whether each script exists and can start. */
export function scriptsCheck({ file }: Subject): Check {
  const check = { id: 'scripts', title: 'scripts' };
  return {
    ...check,
    async run() {
      const scripts = scriptsOf(file.manifest.steps);
      const findings = scripts.flatMap(checkScript);
      if (findings.length > 0) return findings;
      return [{ ...check, state: 'ok', detail: `${plural(scripts.length, 'script')}, all can start` }];
    },
  };
}

/** What keeps a script from starting, or may; empty when nothing does. */
function checkScript({ script, steps, isBuiltIn }: StepScript): Finding[] {
  const check = { id: `script:${script}`, title: `script ${script}` };
  const missing = (detail: string, fix: string): Finding[] => [{ ...check, state: 'missing', detail, fix }];
  if (!script.includes('/') && findTool(script) === undefined)
    return missing(
      'has no slash in its name, so it is searched for only on PATH',
      `Write ./${script} in the manifest.`,
    );
  const found = script.includes('/') ? script : (findTool(script) ?? script);
  const path = quoteArgument(found);
  const mode = modeOf(found);
  if (mode === undefined)
    return missing(`does not exist, needed by ${steps.join(', ')}`, howToProvide(script, isBuiltIn));
  if (!isExecutable(found))
    return (mode & 0o111) === 0
      ? missing('is not executable', `chmod +x ${quoteArgument(path)}`)
      : missing(
          'may not be executed',
          `Check the owner of ${path} and whether its file system is mounted with noexec.`,
        );
  let head: Buffer;
  try {
    head = readHead(found);
  } catch (error) {
    return [{ ...check, state: 'unknown', detail: `cannot be read: ${reasonOf(error)}` }];
  }
  return checkStart(check, found, head, path, missing);
}

function checkStart(
  check: Pick<Finding, 'id' | 'title'>,
  found: string,
  head: Buffer,
  path: string,
  missing: (detail: string, fix: string) => Finding[],
): Finding[] {
  const shebang = shebangOf(head);
  const convert = process.platform === 'linux' ? `sed -i 's/\\r$//' ${path}` : `perl -pi -e 's/\\r$//' ${path}`;
  const fault = startFault(found);
  switch (fault?.kind) {
    case 'no-interpreter-named':
      return missing(
        'has no interpreter line',
        `Begin its first line with #! and an interpreter, as in #!/bin/sh: ${path}`,
      );
    case 'windows-lines':
      return missing('has Windows line endings, so its interpreter is not found', convert);
    case 'interpreter-missing':
      return missing(
        `its interpreter ${fault.interpreter} is not on this host`,
        isOldPython(fault.interpreter)
          ? `Install Python 2 as ${fault.interpreter}, or port the script to Python 3: ${path}`
          : installCommand(packageOf(fault.interpreter), fault.interpreter),
      );
    case 'not-a-file': // its first bytes cannot be read
    case undefined:
  }
  if (shebang !== undefined && isShell(shebang) && head.includes('\r\n'))
    return [
      {
        ...check,
        state: 'note',
        detail: 'has Windows line endings, which break shell scripts',
        fix: convert,
      },
    ];
  return [];
}

function modeOf(script: string): number | undefined {
  try {
    const stats = statSync(script);
    return stats.isFile() ? stats.mode : undefined;
  } catch {
    return undefined; // missing or unreachable, which is a finding of its own
  }
}

function howToProvide(script: string, isBuiltIn: boolean): string {
  if (isBuiltIn)
    return 'Convert the manifest to the current layout, where im-pop is a script in the manifest, or build it on a host that has that script.';
  return isAbsolute(script)
    ? scriptHint(script)
    : `Create it, or correct the path in the manifest, which is relative to ${process.cwd()}.`;
}

const isOldPython = (interpreter: string): boolean => /(^|\/)python(2(\.\d+)?)?$/.test(interpreter);

/** The Debian package of an interpreter, where its name differs. */
function packageOf(interpreter: string): string {
  const name = interpreter.slice(interpreter.lastIndexOf('/') + 1);
  return { ksh93: 'ksh93u+m', ksh: 'ksh93u+m', node: 'nodejs' }[name] ?? name;
}
