import type { Problem } from '../problems';
import { childElements, type ElementNode } from '../tree';
import { writeAsText } from './fixes';
import type { Rule } from './rule';

/** A CDATA section is allowed, but steps do not see it: values are read from plain text (contract 4.1). */
export const cdataRule: Rule = {
  check: ({ defaulted: { root } }) => visit(root, ''),
};

function visit(element: ElementNode, path: string): Problem[] {
  return [
    ...element.children.flatMap((child): Problem[] =>
      child.kind !== 'cdata'
        ? []
        : [
            {
              severity: 'warning',
              phase: 'value',
              code: 'cdata-ignored',
              message: `The CDATA section in \`${element.name}\` is not read as a value: write plain text.`,
              path,
              range: child.range,
              fix: writeAsText(child),
            },
          ],
    ),
    ...childElements(element).flatMap((child) => visit(child, path === '' ? child.name : `${path}/${child.name}`)),
  ];
}
