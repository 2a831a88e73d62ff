import type { Check, Finding } from '../check';
import { declaredNeeds } from '../script-file';
import type { Subject } from '../subject';
import { findTool, installCommand } from '../../system/executables';
import { scriptsOf } from './scripts';

/** The tools that the manifest's scripts declare. Scripts without a declaration are skipped. */
export function toolsCheck({ file }: Subject): Check {
  return {
    id: 'tools',
    title: 'tools',
    async run() {
      const wanted = new Map<string, { pkg: string; steps: string[] }>();
      for (const { script, steps } of scriptsOf(file.manifest.steps))
        for (const { tool, pkg } of needsOf(script)) {
          const known = wanted.get(tool)?.steps ?? [];
          wanted.set(tool, { pkg, steps: [...known, ...steps] });
        }
      return [...wanted].map(([tool, { pkg, steps }]): Finding => {
        const check = { id: `tool:${tool}`, title: `tool ${tool}` };
        const use = steps.join(', ');
        return findTool(tool) === undefined
          ? { ...check, state: 'missing', detail: `not installed, needed by ${use}`, fix: installCommand(pkg, tool) }
          : { ...check, state: 'ok', detail: `needed by ${use}` };
      });
    },
  };
}

/** The steps whose scripts declare that they need a tool. */
export function stepsThatNeed(tool: string, { file }: Subject): string[] {
  return scriptsOf(file.manifest.steps)
    .filter(({ script }) => needsOf(script).some((need) => need.tool === tool))
    .flatMap(({ steps }) => steps);
}

/** An unreadable script is reported by the check of scripts. */
function needsOf(script: string) {
  try {
    return declaredNeeds(script);
  } catch {
    return []; // see above
  }
}
