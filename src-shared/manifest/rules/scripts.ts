import { detectLayout, partsOf } from '../layout';
import { scriptHint } from '../script-hint';
import type { Rule } from './rule';
import { valuesAt } from './values-at';

/** Each script must be executable on the build host (contract 6.3). The messages have the original's lines. */
export const scriptsRule: Rule = {
  check({ defaulted: { root }, manifest: { steps } }, { isExecutable }) {
    if (!isExecutable) return [];
    const path = `${partsOf(detectLayout(root)).outputImage}/finalizer/script`;
    const scripts = valuesAt(root, `${path}/@name`);
    const builtIn = steps.length - scripts.length;
    return scripts.flatMap(({ value, range }, index) => {
      if (isExecutable(value)) return [];
      return {
        severity: 'error',
        phase: 'value',
        code: 'script-not-executable',
        message: `The script \`${value}\` does not exist or is not executable. ${scriptHint(value)}`,
        path: `${path}/name`,
        range,
        step: builtIn + index,
        original: `${value} either doesn't exist or is not an executable file\nvalidate_node: Content "${value}" at ${path}/name did not validate`,
      };
    });
  },
};
