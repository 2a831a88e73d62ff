// Places where no build area may be: the window shows the engine's sentence, and nothing is written there.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { TestProject } from '../support/engine';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { TimelinePage } from './support/timeline';

it('A build in a place that is no build area is refused with its sentence and what to do.', async () => {
  const project = new TestProject({ steps: [{ name: 'a' }] });
  onTestFinished(() => project.dispose());
  const shared = join(project.folder, 'shared');
  mkdirSync(shared);
  chmodSync(shared, 0o777);
  const areas: readonly [area: string, sentence: string][] = [
    ['/', 'is the root folder of this system'],
    ['/var/lib', 'is a folder of the system'],
    ['/etc/slipway-test', 'is in a folder of the system'],
    [project.folder, 'contains the manifest'],
    // Only root can be harmed through a folder of all accounts.
    ...(process.getuid?.() === 0 ? [[join(shared, 'area'), 'could exchange what root writes there'] as const] : []),
  ].map(([area = '', sentence = '']) => [area, sentence]);
  const source = readFileSync(join(project.folder, 'manifest.xml'), 'utf8');
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
  const designer = new Designer(page);
  const timeline = new TimelinePage(page);
  await designer.goTo('Overview');
  for (const [at, [area, sentence]] of areas.entries()) {
    const manifest = join(project.folder, `refused-${at}.xml`);
    writeFileSync(manifest, source.replace(/<build_area>[^<]*/, `<build_area>${area}`));
    await designer.open(manifest);
    await timeline.open();
    await timeline.buildButton.click();
    const box = page.getByRole('region', { name: 'What went wrong' });
    await box.getByText(sentence, { exact: false }).first().waitFor();
    await box
      .getByText(/build_area/)
      .first()
      .waitFor();
    expect(existsSync(join(area, '.slipway')), area).toBe(false);
  }
  expect(project.ran()).toEqual([]);
});
