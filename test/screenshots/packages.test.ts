// The packages screen with the repository of this machine, and an image that was built from it.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'vitest';
import { openInChromium } from '../e2e/support/app';
import { debianLive, PackagesPage } from '../e2e/support/packages';
import { dragTo } from '../e2e/support/mouse';
import { bin } from '../support/engine';

const folder = join(import.meta.dirname, '../../resources/screenshots');

it('takes the packages screen, dark and light', async () => {
  mkdirSync(folder, { recursive: true });
  const document = debianLive();
  const build = ['build', '-p', 'im-mod', 'manifest.xml'];
  execFileSync(join(bin, 'distro_const'), build, { cwd: dirname(document), stdio: 'ignore' });
  for (const theme of ['dark', 'light'] as const) {
    const { page, close } = await openInChromium({ document, theme, width: 1360, height: 860 });
    const packages = new PackagesPage(page);
    const take = (name: string): Promise<Buffer> => page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
    await packages.goTo('Packages');
    await packages.search.fill('network');
    await packages.resolved();
    await packages.inImage('iproute2').click();
    await packages.details.getByText('Versions').waitFor();
    await take('packages');
    await packages.sum.getByRole('button', { name: /^Sizes/ }).click();
    await page.getByRole('list', { name: 'Size by group' }).waitFor();
    await take('packages-sizes');
    await page.keyboard.press('Escape');
    await packages.search.fill('tcpdump');
    await dragTo(page, packages.inRepository('tcpdump'), packages.inImage('dbus'), 'before');
    await packages.resolved();
    await packages.button('Compare…').click();
    await page.getByRole('row', { name: /^added tcpdump/ }).waitFor();
    await take('packages-compare');
    await page.keyboard.press('Escape');
    await packages.inImage('udev').click();
    await page.getByLabel('Name', { exact: true }).fill('udevd');
    await packages.inImage('udevd').getByText('No repository has a package udevd.').waitFor();
    await packages.resolved();
    await packages.details.getByRole('button', { name: 'Use udev' }).waitFor();
    await take('packages-problem');
    await close();
  }
});
