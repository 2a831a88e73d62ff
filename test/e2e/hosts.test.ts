// A build host over SSH, as a user works with it: added, inspected, built on, lost and found again. With OpenSSH's server and the real engine.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runTool } from '../support/run-tool';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { openInChromium, type OpenDesktopApp } from './support/app';
import { inCarriers } from './support/carriers';
import { accessibilityViolations as violations } from './support/axe';
import { HostMenu } from './support/host-menu';
import { temporary } from './support/samples';
import { TimelinePage, tinyLinux } from './support/timeline';

const reason = lacksSshd();

inCarriers({ lacks: reason }, (open) => {
  let server: SshServer;
  beforeEach(async () => {
    server = await startSshd();
  });
  afterEach(() => server.stop());

  it(
    'Tiny-linux is built on a host over SSH: paused by a click, edited, resumed, and copied here.',
    { timeout: 1_800_000 },
    async () => {
      const { path, area } = tinyLinux();
      const app = await open({ document: path });
      const { page } = app;
      const menu = new HostMenu(page);
      const timeline = new TimelinePage(page);
      await timeline.open();
      await menu.add(server);
      await timeline.pauseEditResume('grub-setup', '\necho edited by a person');
      // The build used the bundle that was sent, not the folder of this computer.
      const documents = join(server.folder, 'home/.local/share/slipway/documents');
      expect(runTool('grep', '-rlF', 'edited by a person', documents)).toMatch(/\/scripts\/grub-setup\n$/);
      await menu.pill.click();
      await page.getByRole('menuitem', { name: /tiny-linux\/manifest\.xml.*done/ }).waitFor();
      await page.keyboard.press('Escape');

      const to = temporary();
      await timeline.tab('Outputs');
      // The system's dialog cannot be used here, so it is replaced by one that returns the choice.
      if ('electron' in app)
        await (app as OpenDesktopApp).electron.evaluate(({ dialog }, folder) => {
          dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] });
        }, to);
      await page.getByRole('button', { name: 'Save a copy… tiny-linux.iso' }).click();
      if (!('electron' in app)) {
        await page.getByRole('dialog').getByLabel('Folder', { exact: true }).fill(to);
        await page.getByRole('dialog').getByRole('button', { name: 'Choose this folder' }).click();
      }
      await menu.status.getByText('Copied to').waitFor();
      expect(readFileSync(join(to, 'tiny-linux.iso')).equals(readFileSync(join(area, 'media/tiny-linux.iso')))).toBe(
        true,
      );
      expect(statSync(join(to, 'tiny-linux.iso')).size).toBeGreaterThan(1e6);
    },
  );
});

describe.skipIf(reason !== undefined)('a build host', () => {
  it('is asked about before anything is sent, is lost and found again, and is taken out of the book', async () => {
    const server = await startSshd();
    try {
      const { path } = tinyLinux();
      const { page, state } = await openInChromium({ document: path });
      const menu = new HostMenu(page);
      const timeline = new TimelinePage(page);
      await timeline.open();

      const form = await menu.fill(server, 'builder', { 'Private keys (one path per line)': server.key, Port: '0' });
      await form.getByRole('button', { name: 'Save' }).click();
      await form.getByText('A number from 1 to 65535.').waitFor();
      await form.getByLabel('Port').fill(`${server.port}`);
      expect(await violations(page)).toEqual([]);
      await form.getByRole('button', { name: 'Test' }).click();
      await menu.dialog('Verify the host key').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await form.getByText('was not accepted').waitFor();
      expect(server.log()).not.toContain('publickey');
      await form.getByRole('button', { name: 'Test' }).click();
      await menu.accept(server);
      await form.getByText('Connected: ').waitFor();
      await form.getByRole('button', { name: 'Save' }).click();
      await menu.connected();
      await timeline.checkpoint('iso').waitFor();

      // A server that only loses its connections would be reconnected within a second, before a busy machine shows the
      // loss.
      await server.halt();
      await menu.status.getByText('builder is not reachable').waitFor();
      // Known facts stay on screen.
      await timeline.checkpoint('iso').waitFor();
      await server.restart();
      await menu.connected();

      await menu.choose('Disconnect from builder');
      await menu.status.getByText('Not connected to builder').waitFor();
      await menu.choose('Connect to builder');
      await menu.connected();

      await menu.choose('Check builder before building…');
      const check = menu.dialog('Check before building on builder');
      await check.getByText('This can be built.').waitFor();
      await check.getByText(server.fingerprint).waitFor();
      expect(await violations(page)).toEqual([]);
      await check.getByRole('button', { name: 'Close' }).click();

      await menu.choose('Edit builder…');
      const edit = menu.dialog('Edit builder');
      await edit.getByLabel('SSH client').selectOption({ label: 'The ssh command of this computer' });
      await edit.getByRole('button', { name: 'Test' }).click();
      // The accepted host key is known to both clients.
      await edit.getByText(/Connected: .* · ssh command/).waitFor();
      await edit.getByRole('button', { name: 'Remove…' }).click();
      await edit.getByRole('button', { name: 'Remove it' }).click();
      await menu.status.getByText('This computer').waitFor();
      expect(JSON.parse(readFileSync(join(state, 'hosts.json'), 'utf8'))).toMatchObject({ hosts: [] });
    } finally {
      await server.stop();
    }
  });

  it('opens a manifest that lies there as a copy, and builds it', async () => {
    const server = await startSshd();
    try {
      const { path } = tinyLinux();
      const remote = tinyLinux();
      const { page } = await openInChromium({ document: path });
      const menu = new HostMenu(page);
      await new TimelinePage(page).open();
      await menu.add(server);
      await menu.choose('Open a manifest on builder…');
      const browse = page.getByRole('dialog');
      await browse.getByLabel('File', { exact: true }).fill(remote.path);
      await browse.getByRole('button', { name: 'Open' }).click();
      await menu.status.getByText('A copy is in').waitFor();
      await menu.connected();
      await page
        .getByRole('banner')
        .getByTitle(/\/tiny-linux\/manifest\.xml$/)
        .waitFor();
      await new TimelinePage(page).checkpoint('iso').waitFor();
      // Also without an open document.
      await page.keyboard.press('Control+k');
      await page.getByRole('option', { name: 'Close the manifest' }).click();
      await page.getByRole('main').getByRole('button', { name: 'Open a manifest on builder…' }).click();
      await menu.dialog('Open a manifest on builder').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('main').getByRole('button', { name: 'Add a build host…' }).click();
      await menu.dialog('Add a build host').waitFor();
    } finally {
      await server.stop();
    }
  });
});
