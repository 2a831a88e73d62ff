import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderPage } from '../../../../src-renderer/screens/manual/markdown';

const docs = join(import.meta.dirname, '../../../../docs');
const pages = new Map(
  readdirSync(docs).map((file) => [file.replace('.md', ''), renderPage(readFileSync(join(docs, file), 'utf8'))]),
);
const html = (source: string): string => renderPage(source).html.join('PICTURE');

it('Markup in a page is shown as text.', () => {
  for (const source of [
    '<script>alert(1)</script>',
    'a <img src=x onerror=alert(1)> b',
    '`<b>`',
    '# <i>x</i>',
    '| <b> |\n|---|\n| <i> |',
  ])
    expect(html(source)).not.toMatch(/<(script|img|b|i)\b/);
  expect(html('![" onerror="x](a.png)')).toBe('<p><img src="PICTURE" alt="&quot; onerror=&quot;x" /></p>\n');
});

it('Links lead to pages of the manual, and nowhere else.', () => {
  expect(html('[a](timeline.md#marks)')).toContain(
    '<a href="#timeline" data-page="timeline" data-anchor="marks">a</a>',
  );
  expect(html('[a](#words)')).toContain('data-page="" data-anchor="words"');
  expect(html('[a](https://example.org/?x="y)')).toContain('a (https://example.org/?x=&quot;y)');
  for (const to of ['javascript:alert(1)', '../README.md', 'file:///etc/passwd', '//example.org', 'data:text/html,x'])
    expect(html(`[a](${to})`)).toBe('<p>a</p>\n');
});

it('All pages of the manual have a title, and each of their links has a target.', () => {
  expect(pages.size).toBeGreaterThan(8);
  for (const [name, page] of pages) {
    expect(page.title).not.toBe('');
    const links = [...page.html.join('').matchAll(/data-page="([^"]*)" data-anchor="([^"]*)"/g)];
    for (const [, to = '', anchor = ''] of links) {
      const target = pages.get(to || name);
      expect(target, `${name} links to ${to}`).toBeDefined();
      if (anchor !== '') expect(target?.html.join('')).toContain(`id="manual-${anchor}"`);
    }
  }
});
