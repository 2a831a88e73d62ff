// Follows the first page of the manual literally: types its commands and clicks its buttons.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { fencesOf, readPage } from '../support/markdown';
import { lacksRootOr } from '../support/run-tool';
import { connectChromium } from './support/chromium';
import { closeAtEnd } from './support/closing';
import { instructionsOf } from './support/instructions';
import { newcomer } from './support/newcomer';

const PAGE = 'docs/first-image.md';
const lacking = lacksRootOr('git', 'unshare', 'nsenter', 'setsid', 'qemu-system-x86_64');
/** For an instruction that takes seconds by the page, because packages may have to be fetched first. */
const TIMEOUT_MS = 480_000;

it.skipIf(lacking)(
  `The first page leads to an image that boots${lacking ? ` (${lacking})` : ''}`,
  { timeout: 1_200_000 },
  async () => {
    const closing = closeAtEnd();
    const reader = await newcomer(closing);
    let page: Page | undefined;
    for (const instruction of instructionsOf(PAGE)) {
      if (instruction.kind === 'run') {
        const outcome = await reader.type(instruction.commands);
        if ('address' in outcome) page = await openBrowser(outcome.address, closing);
        else expect(outcome).toMatchObject({ code: 0 });
        continue;
      }
      const part = page?.getByRole(instruction.kind === 'click' && instruction.isAtTop ? 'banner' : 'main');
      if (!part) throw new Error(`${PAGE} does not show how to start Slipway`);
      if (instruction.kind === 'wait')
        await part
          .getByText(new RegExp(`^\\s*${instruction.text}`))
          .first()
          .waitFor({ timeout: TIMEOUT_MS });
      else {
        const named = { name: instruction.name, exact: true };
        await part.getByRole('button', named).or(part.getByRole('tab', named)).click();
      }
    }
    const image = join(reader.areas, 'tiny-linux/media/tiny-linux.iso');
    expect(existsSync(image) && statSync(image).size).toBeGreaterThan(1e6);
    expect(existsSync(join(reader.home, 'Slipway/tiny-linux/manifest.xml'))).toBe(true);

    // Then without the window, as another page describes it.
    const bootTest = fencesOf('docs/command-line.md').find(({ text }) => text.startsWith('distro_const boot-test'));
    const booted = await reader.type(bootTest?.text ?? 'false', join(reader.home, 'Slipway/tiny-linux'));
    expect(booted).toMatchObject({ code: 0, output: expect.stringContaining('==== Booted') as string });
  },
);

it('no instruction of the page is left out', () => {
  const kinds = instructionsOf(PAGE).map(({ kind }) => kind);
  expect(kinds).toEqual(['run', 'click', 'wait', 'click', 'click', 'wait', 'run']);
  // Each numbered line contains an action or a text to wait for.
  const lines = readPage(PAGE).match(/^\d+\. .*$/gm) ?? [];
  expect(lines.filter((line) => !/\bclick \*\*|\bwait until it (?:says|shows) \*\*/i.test(line))).toEqual([]);
});

async function openBrowser(address: string, { whenClosed }: ReturnType<typeof closeAtEnd>): Promise<Page> {
  const browser = await connectChromium();
  whenClosed(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(address);
  return page;
}
