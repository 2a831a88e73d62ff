import { quoteArgument } from '../../src-shared/shell-quote';
import { visibleName } from '../../src-shared/visible';

/** The arguments of a step in one line, quoted as for a shell, so that the ends of each are seen. Control characters are escaped. */
export const argumentLine = (args: readonly string[]): string => visibleName(args.map(quoteArgument).join(' '));
