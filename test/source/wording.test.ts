import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/markdown';

/** Words that docs/conventions.md replaces: name the actor, functions return and report, constants are MAX_*. */
const AVOIDED = /\b(somebody|nobody|everybody|anybody|whoever|anew|patience|told|says)\b|\bMOST_/i;

/** The same for the programs: data has or contains, and a string is an argument or a token. Parts of names count: `isTold`. */
const AVOIDED_IN_PROGRAMS =
  /(?<![\w-])(said|tells?|looks?|looking|words?)(?![a-z])|(?<=[a-z])(Said|Tells?|Told|Looks?|Looking|Words?)(?![a-z])/;

/** Files and folders that are about the words of a text or of a shell. */
const ABOUT_WORDS = [
  'src-engine/commands/search.ts',
  'src-engine/support-bundle/',
  'src-shared/logs/first-error.ts',
  'src-shared/packages/search.ts',
  'test/shared/packages/search.test.ts',
];

/** The same for prose that is no code: data has, and a label reads. */
const AVOIDED_IN_MANUAL = /\b(said|tells?|say)\b/i;

/** Names of tests for arguments (`args`), output (`output`, `stderr`) and timeouts (`TIMEOUT_MS`). */
const AVOIDED_AS_NAMES = /\b(told|tells?|said|words)\b|PATIENCE/;

it('names, comments and messages of the source avoid the words that the conventions replace', () => {
  const tools = filesIn(SOURCE, 'tools');
  const programs = filesIn(SOURCE, 'src-shared', 'src-engine', 'src-main', 'src-renderer');
  expect([...tools, ...programs].flatMap((path) => linesWith(AVOIDED, path))).toEqual([]);
  const others = [...tools, ...programs].filter((path) => !ABOUT_WORDS.some((place) => path.startsWith(place)));
  expect(others.flatMap((path) => linesWith(AVOIDED_IN_PROGRAMS, path))).toEqual([]);
});

it('Names and comments of tests avoid the words that the conventions replace.', () => {
  const tests = filesIn(SOURCE, 'test').filter((path) => path !== 'test/source/wording.test.ts');
  expect(tests.flatMap((path) => linesWith(AVOIDED, path, proseOf))).toEqual([]);
  expect(tests.flatMap((path) => linesWith(AVOIDED_AS_NAMES, path, withoutTexts))).toEqual([]);
  const others = tests.filter((path) => !ABOUT_WORDS.some((place) => path.startsWith(place)));
  expect(others.flatMap((path) => linesWith(AVOIDED_IN_PROGRAMS, path, proseOf))).toEqual([]);
});

it('The manual and the changelog avoid the words that the conventions replace.', () => {
  const texts = filesIn(/\.md$/, '*.md', 'docs', 'src-engine', 'resources');
  expect(texts.length).toBeGreaterThan(20);
  expect(texts.flatMap((path) => linesWith(AVOIDED, path))).toEqual([]);
  expect(texts.flatMap((path) => linesWith(AVOIDED_IN_MANUAL, path))).toEqual([]);
});

/** The comment and the test's name in a line of code. */
function proseOf(line: string): string {
  const comment = /(?:^|\s)(?:\/\/|\/?\*)(.*)/.exec(line)?.[1] ?? '';
  const name = /(?:\b(?:it|describe)\b.*?|\]\))\((['"`])(.*?)\1/.exec(line)?.[2] ?? '';
  return `${comment} ${name}`;
}

/** A line of code without its string literals and comments. */
const withoutTexts = (line: string): string =>
  line.replace(/'[^']*'|"[^"]*"|`[^`]*`/g, '').replace(/(^|\s)(\/\/|\/?\*).*/, '');

const SOURCE = /\.(ts|mts|mjs|cjs|svelte)$/;

function filesIn(kind: RegExp, ...folders: string[]): string[] {
  return execFileSync('git', ['ls-files', '-z', '--', ...folders], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => kind.test(path));
}

/** Code in a comment, such as the account `nobody`, is not prose. */
function linesWith(pattern: RegExp, path: string, proseOfLine = (line: string): string => line): string[] {
  return readFileSync(join(root, path), 'utf8')
    .split('\n')
    .flatMap((line, at) =>
      pattern.test(proseOfLine(line.replace(/`[^`]+`/g, ''))) ? [`${path}:${at + 1}: ${line.trim()}`] : [],
    );
}
