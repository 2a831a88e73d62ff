import ts from 'typescript';

/**
 * The same program without the end of a comment in it: `*` and `/` occur together in regular expressions, in texts and
 * in comments.
 */
export function fitForComment(program) {
  const file = ts.createSourceFile('program.js', program, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const edits = [];
  const visit = (node) => {
    const isRegExp = ts.isRegularExpressionLiteral(node);
    if (
      isRegExp ||
      ts.isStringLiteralLike(node) ||
      ts.isTemplateMiddleOrTemplateTail(node) ||
      ts.isTemplateHead(node)
    ) {
      const text = program.slice(node.getStart(file), node.end);
      if (text.includes('*/'))
        edits.push({ start: node.getStart(file), end: node.end, text: isRegExp ? regExp(text) : escaped(text) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  let result = '';
  let at = 0;
  for (const { start, end, text } of edits) {
    result += program.slice(at, start) + text;
    at = end;
  }
  result += program.slice(at);
  if (result.includes('*/')) throw new Error('the program has the end of a comment in a place that is not known');
  return result;
}

const escaped = (text) => text.replaceAll('*/', '*\\/');

/** A quantifier before the closing slash gets an empty group behind it; a slash in a class may be escaped. */
function regExp(text) {
  const end = text.lastIndexOf('/');
  const pattern = escaped(text.slice(0, end));
  return `${pattern.endsWith('*') ? `${pattern}(?:)` : pattern}${text.slice(end)}`;
}
