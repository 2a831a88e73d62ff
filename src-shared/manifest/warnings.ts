import { hasPairedQuotes } from './argslist';
import { plainText } from './fixes';
import type { Problem } from './problems';
import { childElements, directText, sourceRange, type ElementNode, type ManifestTree, type Range } from './tree';

/** What is allowed but surely not meant: values that steps do not see as they are written. */
export function findWarnings({ root }: ManifestTree): Problem[] {
  const problems: Problem[] = [];
  visit(root, '', problems);
  return problems;
}

function visit(element: ElementNode, path: string, problems: Problem[]): void {
  for (const child of element.children)
    if (child.kind === 'cdata') {
      const fix = plainText(child);
      const message = `The CDATA section in \`${element.name}\` is not read as a value: write plain text.`;
      problems.push({ ...warning('cdata-ignored', message, path, child.range), ...(fix && { fix }) });
    }
  if (element.name === 'argslist' && !hasPairedQuotes(directText(element))) {
    const message =
      'The quotes of this `argslist` do not pair: write \\" or \\\' for a quote that is part of an argument.';
    problems.push(warning('argslist-quotes', message, path, sourceRange(element)));
  }
  for (const child of childElements(element))
    visit(child, path === '' ? child.name : `${path}/${child.name}`, problems);
}

function warning(code: string, message: string, path: string, range: Range | undefined): Problem {
  return { severity: 'warning', phase: 'value', code, message, path, ...(range && { range }) };
}
