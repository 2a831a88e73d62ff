import { hasPairedQuotes } from '../argslist';
import { stepElements } from '../layout';
import { childElements, directText, sourceRange } from '../tree';
import type { Rule } from './rule';

/** The code of the problem that only builds with the step refuse. */
export const UNPAIRED_QUOTES = 'argslist-quotes';

/** The arguments of a step can be split only when their quotes pair (contract 4.1). A build that runs the step is refused. */
export const quotesRule: Rule = {
  check({ defaulted: { root }, manifest: { steps } }) {
    const elements = stepElements(root);
    const builtIn = steps.length - elements.length;
    return steps.flatMap(({ name, index, argsError, range }) => {
      if (argsError === undefined) return [];
      const element = elements[index - builtIn];
      const list = element && childElements(element, 'argslist').find((one) => !hasPairedQuotes(directText(one)));
      return {
        severity: 'error',
        phase: 'structure',
        code: UNPAIRED_QUOTES,
        message: `The arguments of the step \`${name}\` cannot be split. ${argsError.replace(/\s+/g, ' ')}. Write \\" or \\' for a quote that is part of an argument.`,
        path: 'finalizer/script/argslist',
        range: (list && sourceRange(list)) ?? range,
        step: index,
      };
    });
  },
};
