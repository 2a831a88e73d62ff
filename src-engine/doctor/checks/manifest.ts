import { plural } from '../../../src-shared/format';
import { quoteArgument } from '../../../src-shared/shell-quote';
import type { Check } from '../check';
import type { Subject } from '../subject';

/**
 * Whether the engine accepts the manifest. Problems of scripts are reported by the check of scripts, with what to do.
 */
export function manifestCheck({ file }: Subject): Check {
  const check = { id: 'manifest', title: 'manifest' };
  return {
    ...check,
    async run() {
      const errors = file.problems.filter(({ severity }) => severity === 'error');
      return [
        errors.length === 0
          ? { ...check, state: 'ok', detail: plural(file.manifest.steps.length, 'step') }
          : {
              ...check,
              state: 'missing',
              detail: `${plural(errors.length, 'error')}, the first: ${errors[0]?.message ?? ''}`,
              fix: `distro_const validate ${quoteArgument(file.operand)}`,
            },
      ];
    },
  };
}
