import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPage, root } from '../support/markdown';

/** A place where code, a test or the list of deviations cites a document. */
interface Citation {
  readonly place: string;
  readonly section: string;
  /** Items of contract 9, for example `27b`. */
  readonly items: readonly string[];
}

const FILES = ['src-*', 'test', 'eslint.config.js'];

/** Citations of a document: `contract 2.4`, `contract section 9, 1-3`, `Contract 9, 33 and 34`. */
function citationsOf(document: string): Citation[] {
  const files = execFileSync('git', ['ls-files', '-z', '--', ...FILES], { cwd: root, encoding: 'utf8' }).split('\0');
  const pattern = new RegExp(
    `\\b${document}(?: section)? (\\d+(?:\\.\\d+)?)((?:(?:,| and| to|-|:)? ?\\d+b?\\b(?!\\.\\d))*)`,
    'gi',
  );
  return files
    .filter((path) => /\.(ts|svelte|mjs|js|tsv|sh)$/.test(path))
    .flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .flatMap((line, at) =>
          [...line.matchAll(pattern)].map(([, section = '', rest = '']) => ({
            place: `${path}:${at + 1}`,
            section,
            items: section === '9' ? [...rest.matchAll(/\d+b?/g)].map(([item]) => item) : [],
          })),
        ),
    );
}

const sectionsOf = (page: string): Set<string> =>
  new Set([...readPage(page).matchAll(/^#+ (\d+(?:\.\d+)?)[. ]/gm)].map(([, number = '']) => number));

describe.each([
  ['contract', 'docs/contract.md'],
  ['architecture', 'docs/architecture.md'],
])('citations of the %s', (document, page) => {
  it('name sections that the page has', () => {
    const sections = sectionsOf(page);
    const citations = citationsOf(document);
    expect(citations.length).toBeGreaterThan(document === 'contract' ? 100 : 3);
    expect(citations.filter(({ section }) => !sections.has(section))).toEqual([]);
  });
});

it('citations of contract 9 name items that the page has', () => {
  const list = readPage('docs/contract.md').split('## 9. Defects of the original')[1]?.split('\n## ')[0] ?? '';
  const items = new Set([...list.matchAll(/^(\d+)\. |\((\d+b)\)/gm)].map(([, item, part]) => item ?? part));
  expect(items.size).toBe(52);
  expect(citationsOf('contract').filter((one) => one.items.some((item) => !items.has(item)))).toEqual([]);
});
