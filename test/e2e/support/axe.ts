import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.1 AA. axe's own best practices are only advice and are left out. */
const rules = { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] } };

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[] }[];
}

/** The problems that axe finds in the present page, one line each: rule, impact, what to do, the first places. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // Evaluated text bypasses the page's content security policy; a script element would not.
  await page.evaluate(`${source};undefined`);
  const found = await page.evaluate<Violation[]>(
    `axe.run(document, ${JSON.stringify(rules)}).then(({ violations }) => violations)`,
  );
  return found.map(({ id, impact, help, nodes }) => {
    const places = nodes.slice(0, 3).map(({ target }) => target.join(' '));
    const more = nodes.length > places.length ? ` and ${nodes.length - places.length} more` : '';
    return `${id} (${impact}): ${help}: ${places.join(', ')}${more}`;
  });
}
