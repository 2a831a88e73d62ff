// A Debian live image built from the window on ZFS: paused by a click, edited, resumed from its checkpoint, and booted.
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openInChromium } from '../e2e/support/app';
import { temporary } from '../e2e/support/samples';
import { TimelinePage } from '../e2e/support/timeline';
import { onlyInFull } from '../support/full';
import { lacksRootOr } from '../support/run-tool';
import { lacksZfs, zfsPool } from '../support/temp-zpool';
import { whyNoBoot } from '../support/qemu';

const lacking =
  onlyInFull ?? lacksZfs() ?? whyNoBoot() ?? lacksRootOr('mmdebstrap', 'mksquashfs', 'unshare', 'xorriso', 'mcopy');

it.skipIf(lacking !== undefined)(
  `debian-live is built on ZFS from the window, paused, edited, resumed and booted${lacking === undefined ? '' : ` (${lacking})`}`,
  async () => {
    const pool = await zfsPool(6 * 2 ** 30);
    onTestFinished(() => pool.dispose());
    const folder = join(temporary(), 'debian-live');
    cpSync(join(import.meta.dirname, '../../resources/templates/debian-live'), folder, { recursive: true });
    const document = join(folder, 'manifest.xml');
    const text = readFileSync(document, 'utf8');
    writeFileSync(document, text.replace(/(<build_area>)[^<]*/, `$1${pool.name}/area`));
    const app = await openInChromium({ document, width: 1360, height: 860 });
    const { page } = app;
    const timeline = new TimelinePage(page);
    await timeline.open();
    await timeline.checkpoint('grub-setup').click();
    await timeline.button('Pause here').click();
    await timeline.buildButton.click();
    await timeline.says('Paused before grub-setup', 900_000);

    await timeline.addToScript('grub-setup', '\necho edited by a person');
    await timeline.open();
    await timeline.checkpoint('grub-setup').click();
    await expect
      .poll(() => page.getByRole('region', { name: 'What resuming would do' }).textContent(), { timeout: 60_000 })
      .toMatch(/Discards\s*nothing/);
    await page.getByRole('button', { name: /^\+\d+ ~/ }).waitFor({ timeout: 120_000 });
    await timeline.button('Save and resume from here').click();
    await timeline.says(/^Done/, 300_000);
    const runs = await page.locator('[data-run]').count();
    expect(runs).toBe(2);
    expect(statSync(join(pool.mountpoint, 'area/media/debian-live.iso')).size).toBeGreaterThan(50e6);

    await timeline.tab('Outputs');
    await page.getByRole('button', { name: 'Boot test of debian-live.iso' }).click();
    await page.getByTestId('boot-verdict').filter({ hasText: 'Booted' }).waitFor({ timeout: 400_000 });
    await app.close();
  },
);
