import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf, pages, root } from '../support/markdown';

/** The problem of a page's link, or `undefined`. Only the form of links to other computers is checked. */
function whyDead(page: string, to: string): string | undefined {
  if (/^[a-z]+:/i.test(to)) return /^https:\/\/[\w.-]+\.\w+(\/\S*)?$/.test(to) ? undefined : 'is no https address';
  const [path = '', anchor] = to.split('#');
  const file = path === '' ? page : relative(root, join(root, dirname(page), path));
  if (file.startsWith('..') || !existsSync(join(root, file))) return 'is not there';
  if (anchor !== undefined && !anchorsOf(file).includes(anchor)) return 'has no such heading';
  return undefined;
}

describe.each(pages)('%s', (page) => {
  it('has no dead link', () => {
    expect(
      linksOf(page).flatMap(({ to }) => (whyDead(page, to) === undefined ? [] : [`${to} ${whyDead(page, to)}`])),
    ).toEqual([]);
  });

  it('has a text that describes each picture', () => {
    expect(linksOf(page).filter(({ text, isPicture }) => isPicture && text === '')).toEqual([]);
  });
});

it('Every page is linked from the manual’s first page, or from CONTRIBUTING.md when it is for developers.', () => {
  const listed = linksOf('docs/index.md').map(({ to }) => to);
  const forDevelopers = linksOf('CONTRIBUTING.md').map(({ to }) => to.replace(/^docs\//, ''));
  const there = readdirSync(join(root, 'docs')).filter((name) => name !== 'index.md');
  expect(there.filter((name) => !listed.includes(name) && !forDevelopers.includes(name))).toEqual([]);
});

it('A dead link is found.', () => {
  expect(whyDead('docs/index.md', 'nowhere.md')).toBe('is not there');
  expect(whyDead('docs/index.md', 'timeline.md#nowhere')).toBe('has no such heading');
  expect(whyDead('docs/index.md', '#words')).toBeUndefined();
  expect(whyDead('docs/index.md', 'http://example.org')).toBe('is no https address');
});
