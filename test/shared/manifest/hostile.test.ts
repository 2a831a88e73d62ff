import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { decodeManifest } from '../../../src-shared/manifest/source';
import { load } from './support';

const MIB = 1024 * 1024;

/** The message of the refusal of a text, or `loaded`. */
function outcome(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'loaded';
}

function document(inner: string, doctype = ''): string {
  return `${doctype}<distribution name="x">${inner}</distribution>`;
}

/** Without a limit, reading would take longer than the timeout of a test. */
describe('Hostile manifests', () => {
  it.each([
    ['50 MB of bytes', () => decodeManifest(new Uint8Array(50 * MIB).fill(0x3c)), /at most 8388608/],
    ['50 MB of text', () => parseManifest(document('x'.repeat(50 * MIB))), /may have 8388608/],
    ['7 MB of text', () => load(document('x'.repeat(7 * MIB))), /^loaded$/],
    ['7 MB of blanks', () => load(document(' '.repeat(7 * MIB))), /^loaded$/],
    ['100,000 levels', () => parseManifest('<a>'.repeat(100_000)), /deeper than 256/],
    ['256 levels', () => load(`<a>`.repeat(256) + '</a>'.repeat(256)), /^loaded$/],
    ['2 million elements', () => parseManifest(document('<a/>'.repeat(2_000_000))), /more than 200000|may have/],
    ['190,000 elements', () => load(document('<key_value_pairs/>'.repeat(190_000))), /^loaded$/],
    ['a million comments', () => parseManifest(document('<!---->'.repeat(1_000_000))), /more than 200000/],
    ['300,000 attributes', () => parseManifest(`<a ${manyAttributes(300_000)}/>`), /more than 200000/],
    ['100,000 attributes', () => load(`<distribution ${manyAttributes(100_000)}/>`), /^loaded$/],
    ['a 6 MB name', () => load(document(`<${'n'.repeat(6 * MIB)}/>`)), /^loaded$/],
    ['an unclosed comment', () => parseManifest(document(`<!--${' -'.repeat(MIB)}`)), /./],
    ['an unclosed quote', () => parseManifest(`<a b="${'c'.repeat(7 * MIB)}`), /./],
    ['a million less-thans', () => parseManifest(`<a>${'<'.repeat(MIB)}`), /./],
    ['7 MB of bad UTF-8', () => decodeManifest(new Uint8Array(7 * MIB).fill(0x80)), /line 1: byte 0 is not UTF-8/],
  ])('A text with %s is loaded or refused in bounded time.', (_, run, expected) => {
    expect(outcome(run)).toMatch(expected);
  });

  it.each([
    ['a billion laughs', bomb(10, 'lol', 10), /expand to more than|too deeply/],
    ['a billion empty laughs', bomb(10, '', 10), /expand to more than|too deeply/],
    ['a quadratic blow-up', `<!ENTITY e9 "${'x'.repeat(100_000)}">`, /expand to more than/],
    ['a cycle', '<!ENTITY e9 "&e8;"><!ENTITY e8 "&e9;">', /too deeply/],
    ['a file of the host', '<!ENTITY e9 SYSTEM "file:///etc/passwd">', /lies in another file/],
    ['a parameter entity', '<!ENTITY % p SYSTEM "http://example.org/x"> %p;', /not declared|undefined entity/i],
    ['markup in an entity', '<!ENTITY e9 "<b/>">', /contains markup/],
    ['hidden markup in an entity', '<!ENTITY e9 "&#60;b/>">', /contains markup/],
  ])('A document type with %s is refused in bounded time.', (_, declarations, expected) => {
    const text = document('&e9; '.repeat(500), `<!DOCTYPE distribution [${declarations}]>`);
    expect(outcome(() => parseManifest(text))).toMatch(expected);
  });

  it.each(['__proto__', 'constructor', 'toString'])('A text with the undeclared entity &%s; is refused.', (name) => {
    expect(outcome(() => parseManifest(document(`&${name};`)))).toMatch(/entity/i);
  });
});

function manyAttributes(count: number): string {
  return Array.from({ length: count }, (_, at) => `a${at}=""`).join(' ');
}

function bomb(levels: number, word: string, times: number): string {
  const declarations = [`<!ENTITY e0 "${word}">`];
  for (let level = 1; level < levels; level++)
    declarations.push(`<!ENTITY e${level} "${`&e${level - 1};`.repeat(times)}">`);
  return declarations.join('');
}
