// Names of steps and lines come from manifests of others. What would show another text than the name has is escaped.
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SECTIONS } from '../../src-shared/document/sections';
import { TestProject } from '../support/engine';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { hiddenCharacters } from './support/hidden-characters';
import { TimelinePage } from './support/timeline';

/** A right-to-left override, and one of the isolates. */
const ODD = 'b\u202ec\u2066';
const ESCAPED = 'b\\u202ec\\u2066';

it('Names with controls of the writing direction are escaped on every screen.', async () => {
  const project = new TestProject({ steps: [{ name: 'a' }, { name: ODD }, { name: `last${ODD}` }] });
  onTestFinished(() => project.dispose());
  expect((await project.build()).code).toBe(0);
  project.script(ODD, 'echo cannot >&2; exit 2');
  expect((await project.build('--fork', '-r', ODD)).code).toBe(1);
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
  const designer = new Designer(page);
  const timeline = new TimelinePage(page);
  const found: string[] = [];
  const look = async (where: string): Promise<void> => {
    for (const fault of await hiddenCharacters(page)) found.push(`${where}: ${fault}`);
  };
  for (const { title } of SECTIONS) {
    await designer.goTo(title);
    await look(title);
  }
  await timeline.open();
  await page.locator(`[data-step="${ODD}"]`).click();
  await page.getByText('Keeps').waitFor();
  for (const tab of ['Log', 'Changes', 'Files', 'Manifest', 'Shell', 'Outputs']) {
    await timeline.tab(tab);
    await look(tab);
  }
  expect(await timeline.buildButton.textContent()).toContain(ESCAPED);
  await designer.button('Pause here').click();
  await page.getByRole('contentinfo').getByText(`The next build pauses before ${ESCAPED}.`).waitFor();
  await look('a message');
  await designer.button('More ways to build').click();
  await page.getByRole('menuitem').first().waitFor();
  await look('menu of the main button');
  await page.keyboard.press('Escape');
  await page.locator('[data-parked-step]').last().click();
  await look('a parked checkpoint');
  await timeline.button('Table').click();
  await look('tables');
  await page.keyboard.press('Control+k');
  await look('palette');
  expect(found).toEqual([]);
});
