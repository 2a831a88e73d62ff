// The main use case: build, pause by a click, edit, click the checkpoint, resume; with the real engine and real images.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inCarriers } from './support/carriers';
import { TimelinePage, tinyLinux } from './support/timeline';

inCarriers({ isMainJob: true }, (open) => {
  it(
    'tiny-linux is built, paused by a click, edited, resumed from its checkpoint, and boots',
    { timeout: 1_800_000 },
    async () => {
      const { path, folder, area } = tinyLinux();
      const { page } = await open({ document: path });
      const timeline = new TimelinePage(page);
      await timeline.open();
      await timeline.checkpoint('grub-setup').click();
      await timeline.button('Pause here').click();
      await timeline.buildButton.click();
      await timeline.says(/Running/);
      await timeline.says('Paused before grub-setup');
      await timeline.shows('grub-setup', 'paused');
      await timeline.shows('iso', 'absent');

      await timeline.addToScript('grub-setup', '\necho edited by a person');

      await timeline.open();
      await timeline.checkpoint('grub-setup').click();
      const plan = page.getByRole('region', { name: 'What resuming would do' });
      await expect.poll(() => plan.textContent()).toMatch(/Keeps\s*5 steps\s*Runs\s*2 steps.*Discards\s*nothing/s);
      await timeline.button('Save and resume from here').click();
      await timeline.says(/^Done/);
      expect(readFileSync(join(folder, 'scripts/grub-setup'), 'utf8')).toMatch(/\necho edited by a person$/);
      expect(statSync(join(area, 'media/tiny-linux.iso')).size).toBeGreaterThan(1e6);
      const lanes = page.locator('[data-run]');
      await expect.poll(() => lanes.count()).toBe(2);
      await timeline.shows('iso', 'current');

      await timeline.tab('Outputs');
      await page.getByText('tiny-linux.iso').first().waitFor();
      await page.getByRole('button', { name: 'Boot test of tiny-linux.iso' }).click();
      await page.getByTestId('boot-verdict').filter({ hasText: 'Booted' }).waitFor({ timeout: 400_000 });
    },
  );
});
