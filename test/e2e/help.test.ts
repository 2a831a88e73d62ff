// Help without a network: the manual in the window, and the support bundle.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leaks, carelessProject, unpack } from '../support/support-bundle';
import { openInChromium, openInElectron } from './support/app';
import { tabTo } from './support/person';
import { violationsInBothThemes } from './support/themes';

const assets = join(import.meta.dirname, '../../out/renderer/assets');

describe('the manual', () => {
  it('is read by keyboard, in both themes', async () => {
    const { page } = await openInChromium();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    await page.keyboard.press('F1');
    await page.getByRole('heading', { level: 1, name: 'Slipway: the manual' }).waitFor();
    const article = page.getByRole('article');
    await tabTo(page, article.getByRole('link', { name: 'Recover from anything' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Recover from anything' }).waitFor();
    // A link into the middle of another page.
    await tabTo(page, article.getByRole('link', { name: 'Build over SSH' }));
    await page.keyboard.press('Enter');
    const heading = page.getByRole('heading', { name: 'When the connection is lost' });
    await heading.waitFor();
    await expect.poll(async () => (await heading.boundingBox())?.y ?? 9999).toBeLessThan(700);
    // Its pictures are loaded, and everything came from this app.
    const width = 'Math.min(...[...document.querySelectorAll("article img")].map((img) => img.naturalWidth))';
    await expect.poll(() => page.evaluate(width)).toBeGreaterThan(500);
    expect([...new Set(asked)]).toEqual([new URL(page.url()).origin]);
    expect(await violationsInBothThemes(page)).toEqual([]);
    // Opens another page and comes back to the same place.
    await page.keyboard.press('Control+1');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByRole('button', { name: 'Manual' }).click();
    await page.getByRole('heading', { level: 1, name: 'Build over SSH' }).waitFor();
    await page.getByRole('navigation', { name: 'Manual' }).getByRole('button', { name: 'Reference' }).click();
    await page.getByRole('heading', { level: 3, name: 'boot-test' }).waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
  });

  it('opens from the Help menu of the desktop app', async () => {
    const { page, electron } = await openInElectron();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await electron.evaluate(({ Menu }) => {
      const help = Menu.getApplicationMenu()?.items.find(({ role }) => role === 'help');
      help?.submenu?.items.find(({ label }) => label === 'Manual')?.click();
    });
    await page.getByRole('heading', { level: 1, name: 'Slipway: the manual' }).waitFor();
    await page.getByRole('article').getByRole('link', { name: 'Read the timeline' }).click();
    await page.getByRole('heading', { level: 1, name: 'Read the timeline' }).waitFor();
    await expect.poll(() => page.evaluate('document.querySelector("article img").naturalWidth')).toBeGreaterThan(500);
  });

  it('is loaded on demand, and its parser never', () => {
    const files = readdirSync(assets).filter((name) => name.endsWith('.js'));
    const withText = files.filter((name) =>
      readFileSync(join(assets, name), 'utf8').includes('Your first image in five minutes'),
    );
    expect(withText.map((name) => name.split('-')[0])).toEqual(['Manual']);
    expect(
      files.filter((name) => /blockquote.{0,200}listitem/s.test(readFileSync(join(assets, name), 'utf8'))),
    ).toEqual([]);
  });
});

it('A support bundle is saved from the window, without secrets.', async () => {
  const project = carelessProject();
  try {
    expect((await project.build()).code).toBe(0);
    const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('support');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Save support bundle' });
    await dialog.getByLabel('In folder').fill(join(project.folder, 'none'));
    expect(await violationsInBothThemes(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'There is no folder' }).waitFor();
    await dialog.getByLabel('In folder').fill(project.folder);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('status').filter({ hasText: 'Written to' }).waitFor();
    const [name = ''] = readdirSync(project.folder).filter((file) => file.startsWith('slipway-support-'));
    const files = unpack(join(project.folder, name), join(project.folder, 'unpacked'));
    expect([files.has('doctor.json'), leaks(files)]).toEqual([true, []]);
    expect(JSON.parse(files.get('versions.json') ?? '')).toMatchObject({ startedBy: 'Slipway' });
    await dialog.getByRole('button', { name: 'Done' }).click();
  } finally {
    project.dispose();
  }
});
