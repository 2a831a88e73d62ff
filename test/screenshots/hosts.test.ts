import { join } from 'node:path';
import { it, onTestFinished } from 'vitest';
import { openInChromium } from '../e2e/support/app';
import { HostMenu } from '../e2e/support/host-menu';
import { TimelinePage, tinyLinux } from '../e2e/support/timeline';
import { startSshd } from '../support/sshd';

const folder = join(import.meta.dirname, '../../resources/screenshots');

it.each(['dark', 'light'] as const)('takes the build hosts, %s', async (theme) => {
  const server = await startSshd();
  onTestFinished(() => server.stop());
  const { path } = tinyLinux();
  const { page } = await openInChromium({ document: path, theme, width: 1280, height: 800 });
  const menu = new HostMenu(page);
  const timeline = new TimelinePage(page);
  const take = (name: string): Promise<Buffer> => page.screenshot({ path: join(folder, `hosts-${name}-${theme}.png`) });
  await timeline.open();
  const form = await menu.fill(server, 'buildhost-1', { 'Private keys (one path per line)': server.key });
  await form.getByRole('button', { name: 'Test' }).click();
  await menu.dialog('Verify the host key').waitFor();
  await take('key');
  await menu.accept(server);
  await form.getByText('Connected: ').waitFor();
  await take('edit');
  await form.getByRole('button', { name: 'Save' }).click();
  await menu.status.getByText('Connected to').waitFor();
  await timeline.checkpoint('grub-setup').click();
  await timeline.button('Pause here').click();
  await timeline.buildButton.click();
  await timeline.says(/Paused/);
  await menu.pill.click();
  await page.getByRole('menuitem', { name: 'Add a build host…' }).waitFor();
  await take('menu');
  await page.getByRole('menuitem', { name: /^Check/ }).click();
  await menu
    .dialog(/^Check before/)
    .getByRole('list', { name: 'Checks' })
    .waitFor();
  await take('preflight');
});
