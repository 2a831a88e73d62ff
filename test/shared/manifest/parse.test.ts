import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { ManifestSyntaxError, parseManifest } from '../../../src-shared/manifest/parse';
import { attributeValue, childElements, directText, type ElementNode } from '../../../src-shared/manifest/tree';
import { Random } from '../../support/random';
import { fixture } from './support';

const SAMPLES = ['layout-a', 'layout-a0', 'layout-b', 'odd', 'virtual-machine'];

/** Every range covers its node, and the nodes of an element follow each other without a gap. */
function checkRanges(source: string, element: ElementNode): void {
  const { range, openTag, closeTag } = element;
  if (!range || !openTag) throw new Error('no range');
  const cut = ({ start, end }: { start: number; end: number }): string => source.slice(start, end);
  expect(cut(openTag)).toMatch(/^<[^]*>$/);
  expect(cut(openTag).startsWith(`<${element.name}`)).toBe(true);
  expect(cut(range).endsWith(closeTag ? cut(closeTag) : '/>')).toBe(true);
  for (const { name, range: whole, valueRange } of element.attributes) {
    if (!whole || !valueRange) throw new Error('no range');
    expect(cut(whole)).toMatch(/^[^\s=]+\s*=\s*(["'])[^]*\1$/);
    expect(cut(whole).startsWith(name)).toBe(true);
    expect(source.slice(valueRange.end, whole.end)).toMatch(/^["']$/);
  }
  let at = openTag.end;
  for (const child of element.children) {
    expect(child.range?.start).toBe(at);
    at = child.range?.end ?? NaN;
    if (child.kind === 'element') checkRanges(source, child);
    else expect(cut(child.range ?? { start: 0, end: 0 })).not.toBe('');
  }
  expect(at).toBe(closeTag ? closeTag.start : range.end);
}

/** The elements and attributes of a text, as a strict parser reports them. */
function saxesEvents(source: string): string[] {
  const events: string[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => events.push(`<${name} ${JSON.stringify(attributes)}`));
  parser.on('closetag', () => events.push('>'));
  parser.on('text', (text) => events.push(text));
  parser.on('comment', (text) => events.push(`!${text}`));
  parser.write(source).close();
  return joinTexts(events.slice(events.findIndex((event) => event.startsWith('<'))));
}

function treeEvents(element: ElementNode): string[] {
  const attributes = Object.fromEntries(element.attributes.map(({ name, value }) => [name, value]));
  return joinTexts([
    `<${element.name} ${JSON.stringify(attributes)}`,
    ...element.children.flatMap((child) => {
      if (child.kind === 'element') return treeEvents(child);
      return child.kind === 'comment' ? [`!${child.text}`] : child.kind === 'text' ? [child.text] : [];
    }),
    '>',
  ]);
}

/** Texts that are separated only by an unreported node become one. */
function joinTexts(events: string[]): string[] {
  const isText = (event: string | undefined): boolean => event !== undefined && !/^[<>!]/.test(event);
  const joined: string[] = [];
  for (const event of events)
    if (isText(event) && isText(joined.at(-1))) joined.push(`${joined.pop()}${event}`);
    else if (event !== '') joined.push(event);
  return joined;
}

const PIECES = [
  ...['<a>', '<b c="d">', '<e-f g=\'1\' h="x > y"\n >', '</', '<i/>', '<j k="l" />', '<!-- m -->', '<!---->', 'text'],
  ...[
    "<?n o'p?>",
    '<![CDATA[<q>]]>',
    '&amp;',
    '&#65;',
    '\r\n',
    '\n  ',
    '🚢',
    ' r="s" ',
    '>',
    '<t',
    '--',
    ']]>',
    '&u;',
    '=',
  ],
];

/** Random markup; often not well-formed. Open elements are closed in the end. */
function randomMarkup(random: Random): string {
  const open: string[] = [];
  let text = '';
  for (let count = random.below(14); count > 0; count--) {
    const piece = random.pick(PIECES);
    if (piece === '</') {
      const name = open.pop();
      if (name) text += `</${name}>`;
    } else {
      text += piece;
      const name = /^<([a-f-]+)[^/]*>$/.exec(piece)?.[1];
      if (name) open.push(name);
    }
  }
  return `<root>${text}${open
    .reverse()
    .map((name) => `</${name}>`)
    .join('')}</root>`;
}

describe('parseManifest', () => {
  it.each(SAMPLES)('returns the exact place of everything in %s', (name) => {
    const source = fixture(name);
    checkRanges(source, parseManifest(source).root);
    const crlf = source.replaceAll('\n', '\r\n').replaceAll('\r\r', '\r');
    checkRanges(crlf, parseManifest(crlf).root);
  });

  it('agrees with a strict parser on thousands of random texts, and refuses what that refuses', () => {
    let accepted = 0;
    for (let seed = 1; seed <= 4000; seed++) {
      const source = randomMarkup(new Random(seed));
      let want: string[] | undefined;
      try {
        want = saxesEvents(source);
      } catch {
        expect(() => parseManifest(source), source).toThrow(ManifestSyntaxError);
        continue;
      }
      accepted++;
      const { root } = parseManifest(source);
      expect(treeEvents(root), source).toEqual(want);
      checkRanges(source, root);
    }
    expect(accepted).toBeGreaterThan(800);
    expect(accepted).toBeLessThan(3900);
  });

  it('resolves internal entities, and refuses those in other files only when they are used', () => {
    const { root } = parseManifest(fixture('odd'));
    const [area] = childElements(root, 'distro_constr_params').flatMap((at) => childElements(at, 'build_area'));
    expect(area && directText(area)).toBe('tank/odd & end');
    expect(attributeValue(root, 'name')).toBe('odd > name');
    expect(() => parseManifest(fixture('odd').replace('&area;', '&outside;'))).toThrow(/lies in another file/);
    expect(parseManifest('<!DOCTYPE a SYSTEM "none.dtd"><a/>').root.name).toBe('a');
  });

  it('keeps names that JavaScript objects have too', () => {
    const names = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', '_text', 'e', 'a.b-c:d'];
    const inner = names.map((name) => `<${name} ${name}="${name}"/>`).join('');
    const { root } = parseManifest(`<root>${inner}</root>`);
    expect(childElements(root).map(({ name }) => name)).toEqual(names);
    expect(childElements(root).map((at) => attributeValue(at, at.name))).toEqual(names);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each([
    ['', 1, 1],
    ['<a>\n  <b>\n</a>', 3, 5],
    ['<a x=1/>', 1, 7],
    ['<a x="1" x="2"/>', 1, 17],
    ['<a/><b/>', 1, 8],
    ['<a>&nothing;</a>', 1, 13],
    ['<a>\u0000</a>', 1, 5],
    ['<a><!-- -- --></a>', 1, 12],
  ])('reports where %j is wrong', (source, line, column) => {
    let thrown: unknown;
    try {
      parseManifest(source);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ManifestSyntaxError);
    const error = thrown as ManifestSyntaxError;
    expect({ line: error.line, column: error.column }).toEqual({ line, column });
    expect(error.message).not.toMatch(/\d+:\d+/);
    expect(error.code).toBe('manifest');
  });
});
