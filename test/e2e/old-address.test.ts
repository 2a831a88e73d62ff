import { expect, it } from 'vitest';
import { openInChromium } from './support/app';

const REFUSED = /WebSocket connection to .* failed: .* 403/;

it('A page with the address of an earlier start names the address to open, without a message of the library.', async () => {
  const { page } = await openInChromium({ expectedMessages: [REFUSED] });
  await page.getByRole('banner').waitFor();
  const context = page.context();
  const old = await context.newPage();
  await old.goto(`${new URL(page.url()).origin}/#token=of-an-earlier-start`);
  const status = old.getByRole('contentinfo');
  const sentence = 'Not connected. Open the address that Slipway printed when it started.';
  await expect.poll(() => status.innerText()).toContain(sentence);
  expect(await status.innerText()).not.toContain('WebSocket');
});
