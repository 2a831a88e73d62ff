// How fast sections and the palette are with the manifest of the corpus that has most rules for the boot archive.
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { it } from 'vitest';
import { openInChromium } from '../e2e/support/app';
import { Designer } from '../e2e/support/designer';
import { temporary } from '../e2e/support/samples';
import { corpus } from '../support/engine';
import { typeQueries } from './support/keystrokes';

const manifests = join(corpus, 'manifests');
const countRules = (name: string): number =>
  readFileSync(join(manifests, name), 'utf8').split(/<base_(?:in|ex)clude/).length - 1;
const largest = existsSync(manifests)
  ? readdirSync(manifests)
      .filter((name) => name.endsWith('.xml'))
      .sort((a, b) => countRules(b) - countRules(a))[0]
  : undefined;

const SECTIONS = ['Packages', 'Repositories', 'Accounts and locale', 'Boot', 'Outputs', 'Steps', 'Build settings'];
const ROUNDS = 5;

/** Milliseconds from a click in the page to the frame that shows what it leads to. */
async function shownAfterClick(page: Page, click: string, shown: string): Promise<number> {
  return page.evaluate<number>(`new Promise((done) => {
    const isShown = () => [...document.querySelectorAll(${JSON.stringify(shown)})].some((one) => one.offsetParent !== null);
    const began = performance.now();
    const look = () => requestAnimationFrame(() => (isShown() ? setTimeout(() => done(performance.now() - began)) : look()));
    [...document.querySelectorAll('nav[aria-label=Sections] button, [role=tab]')].find((one) => one.textContent.trim().startsWith(${JSON.stringify(click)})).click();
    look();
  })`);
}

const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] ?? Infinity;

it.skipIf(largest === undefined)('Sections of the largest manifest appear (skipped without the corpus).', async () => {
  const document = join(temporary(), 'manifest.xml');
  copyFileSync(join(manifests, largest ?? ''), document);
  const { page } = await openInChromium({ document, width: 1360, height: 860 });
  const designer = new Designer(page);
  await designer.goTo('Overview');
  const times = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const title of SECTIONS) {
      const took = await shownAfterClick(page, title, `section[aria-label="${title}"]`);
      times.set(title, [...(times.get(title) ?? []), took]);
      if (title === 'Boot') {
        const rows = await shownAfterClick(page, 'Boot archive', '[data-name^="Include "]');
        times.set('Boot archive', [...(times.get('Boot archive') ?? []), rows]);
      }
    }
    await designer.goTo('Overview');
  }
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search commands' }).waitFor();
  const palette = await typeQueries(page, ['hostname', 'boot archive', 'SUNW', 'x', 'gts', 'user jack']);
  process.stdout.write(
    [
      `largest manifest: ${largest}, ${countRules(largest ?? '')} rules; median of ${ROUNDS}, first in brackets:`,
      ...[...times].map(([title, all]) => {
        const [first = 0] = all;
        return `  ${title} ${median([...all]).toFixed(0)} ms (${first.toFixed(0)} ms)`;
      }),
      `palette: a key's work p95 ${palette.work.toFixed(1)} ms, to its frame ${palette.frame.toFixed(1)} ms`,
      '',
    ].join('\n'),
  );
});
