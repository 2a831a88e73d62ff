import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A source file of the project as a syntax tree. Throws when it cannot be read. */
export function parseSource(root: string, path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true);
}

/** The first matching node of a file. Throws when there is none: then the reference needs support for the new form. */
export function find<T extends ts.Node>(
  file: ts.SourceFile,
  is: (node: ts.Node) => node is T,
  fits: (node: T) => boolean,
): T {
  let found: T | undefined;
  const visit = (node: ts.Node): void => {
    if (found) return;
    if (is(node) && fits(node)) found = node;
    else ts.forEachChild(node, visit);
  };
  visit(file);
  if (!found) throw new Error(`${file.fileName}: the code that the reference reads has moved`);
  return found;
}

/** The docstring of a node as paragraphs, without tags and without text for readers of the source. */
export function docOf(node: ts.Node): string[] {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join('\n\n');
  return paragraphs(text.replace(/ \(contract [^)]*\)/g, '').replace(/\bThrows `/g, 'Fails with `'));
}

/** Splits text into paragraphs. A list keeps its lines. */
function paragraphs(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((part) => (/^\s*- /m.test(part) ? part.trim() : part.replace(/\s*\n\s*/g, ' ').trim()))
    .filter((part) => part !== '');
}
