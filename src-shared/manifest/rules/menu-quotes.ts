import { hasPairedQuotes, outerPair } from '../argslist';
import { detectLayout, partsOf } from '../layout';
import type { Edit } from '../splice';
import { directText, elementsAt, sourceRange, type ElementNode } from '../tree';
import type { Rule } from './rule';

/** The texts of the boot menu, and what each is called. */
const TEXTS = [
  ['title', 'title of the boot menu'],
  ['entry/title_suffix', 'title suffix'],
  ['entry/line', 'line of a boot entry'],
] as const;

/** A quote without a backslash before it. */
const BARE_QUOTE = /(?<!\\)["']/g;

/**
 * Steps get a text in pieces, without its quotes, where these pair (contract 7): `dyndbg="file x +p"` arrives as three kernel options. A
 * pair around the whole text is meant to be removed.
 */
export const menuQuotesRule: Rule = {
  check({ defaulted: { root, source } }) {
    const menu = `${partsOf(detectLayout(root)).image}/grub_menu_modifications`;
    return TEXTS.flatMap(([path, name]) =>
      elementsAt(root, `${menu}/${path}`).flatMap((element) => {
        const text = directText(element);
        if (text.search(BARE_QUOTE) < 0 || outerPair(text) !== undefined || !hasPairedQuotes(text)) return [];
        return {
          severity: 'warning' as const,
          phase: 'value' as const,
          code: 'menu-quotes',
          message: `The ${name} \`${text}\` loses its quotes, and steps get it in pieces. Write a backslash before each quote.`,
          path: `${menu}/${path}`,
          range: sourceRange(element),
          fix: withBackslashes(source, element),
        };
      }),
    );
  },
};

/** Puts a backslash before each quote. References and comments in the text are left to the user. */
function withBackslashes(source: string, { openTag, closeTag }: ElementNode): Edit | undefined {
  if (!openTag || !closeTag) return undefined;
  const text = source.slice(openTag.end, closeTag.start);
  if (/[<&]/.test(text)) return undefined;
  const splices = [...text.matchAll(BARE_QUOTE)].map(({ index }) => {
    const at = openTag.end + index;
    return { start: at, end: at, text: '\\' };
  });
  return { label: 'Keep the quotes', splices };
}
