import { plural } from '../../../src-shared/format';
import { quoteWord } from '../../../src-shared/shell-quote';
import { checkStepNames } from '../../../src-shared/manifest/validate';
import type { Check } from '../check';
import type { Subject } from '../subject';

/**
 * Whether the engine accepts the manifest. Problems of scripts are reported by the check of scripts, with what to do.
 */
export function manifestCheck({ file }: Subject): Check {
  const it = { id: 'manifest', title: 'manifest' };
  return {
    ...it,
    async look() {
      // Only a build with checkpoints refuses invalid checkpoint names.
      const names = file.manifest.checkpointEnable ? checkStepNames(file.manifest) : [];
      const errors = [...file.problems, ...names].filter(({ severity }) => severity === 'error');
      return [
        errors.length === 0
          ? { ...it, state: 'ok', detail: plural(file.manifest.steps.length, 'step') }
          : {
              ...it,
              state: 'missing',
              detail: `${plural(errors.length, 'error')}, the first: ${errors[0]?.message ?? ''}`,
              fix: `distro_const validate ${quoteWord(file.operand)}`,
            },
      ];
    },
  };
}
