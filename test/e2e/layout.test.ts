// From the smallest window to a large screen, nothing is cut off and no texts overlap, also with long names.
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SECTIONS } from '../../src-shared/document/sections';
import { AptRepository } from '../support/apt-repository';
import { TestProject } from '../support/engine';
import { hasTool } from '../support/run-tool';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { closeDocument, visitDialogs } from './support/dialogs';
import { HostMenu } from './support/host-menu';
import { LayoutCheck } from './support/layout-check';
import { longManifest, LONG_NAME } from './support/long-names';
import { debianLive, PackagesPage } from './support/packages';
import { TimelinePage } from './support/timeline';

const lacksApt = hasTool('apt-get') && hasTool('mmdebstrap') ? undefined : 'needs apt-get and mmdebstrap';

describe('From 900 to 2560 pixels nothing is cut off and nothing overprints:', () => {
  it('Every section of a manifest with long names fits, without problems and with them.', async () => {
    const { page } = await openInChromium({ document: longManifest() });
    const designer = new Designer(page);
    const check = new LayoutCheck(page);
    for (const { title } of SECTIONS) {
      await designer.goTo(title);
      await check.run(title);
    }
    await designer.goTo('Packages');
    await page.getByRole('listbox', { name: 'Packages to install' }).getByRole('option').first().click();
    await check.run('Packages, one selected');
    await designer.goTo('Accounts and locale');
    await designer.unfold();
    await page.getByLabel('User id').fill(LONG_NAME);
    await page.getByRole('region', { name: 'Problems' }).waitFor();
    await check.run('with problems');
    await designer.goTo('Changes since save');
    await check.run('Changes since save, with some');
    expect(check.faults).toEqual([]);
  });

  it('Every dialog, the manual and the welcome screen fit.', async () => {
    const { page } = await openInChromium({ document: longManifest() });
    const designer = new Designer(page);
    const menu = new HostMenu(page);
    const check = new LayoutCheck(page);
    await designer.goTo('Overview');
    await visitDialogs(page, (title) => check.run(title));
    await menu.pill.click();
    await page.getByRole('menuitem').first().waitFor();
    await check.run('host menu');
    await page.keyboard.press('Escape');
    await page.getByRole('navigation', { name: 'Areas' }).getByRole('button', { name: 'Manual' }).click();
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await check.run('manual');
    await closeDocument(page);
    await check.run('welcome');
    expect(check.faults).toEqual([]);
  });

  it('The timeline fits in every tab, before a build, during it and after a failure.', async () => {
    const step = (at: number, body = ''): { name: string; message: string; body: string } => ({
      name: `${at}-${LONG_NAME}`,
      message: `The message of step ${at} has as many words as the author of ${LONG_NAME} needed to describe it`,
      body: `mkdir -p "$2/usr/lib/${LONG_NAME}"; echo ${at} >"$2/usr/lib/${LONG_NAME}/${LONG_NAME}-${at}"; echo ${LONG_NAME} ${LONG_NAME}; ${body}`,
    });
    const steps = Array.from({ length: 12 }, (_, at) =>
      step(at, at === 10 ? `echo "cannot find ${LONG_NAME} in ${LONG_NAME}" >&2; exit 2` : ''),
    );
    const project = new TestProject({ steps });
    onTestFinished(() => project.dispose());
    const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
    const timeline = new TimelinePage(page);
    const check = new LayoutCheck(page);
    await timeline.open();
    await check.run('timeline, nothing built');
    await timeline.buildButton.click();
    await timeline.says(/^Failed/);
    await check.run('timeline, failed');
    await timeline.checkpoint(`9-${LONG_NAME}`).click();
    await page.getByText('Keeps').waitFor();
    await page.getByRole('region', { name: 'What went wrong' }).waitFor();
    await check.run('timeline, checkpoint selected');
    for (const tab of ['Changes', 'Files', 'Manifest', 'Outputs', 'Log']) {
      await timeline.tab(tab);
      await check.run(`tab ${tab}`);
    }
    await timeline.button('Table').click();
    await check.run('tables');
    expect(check.faults).toEqual([]);
  });

  it.skipIf(lacksApt)(
    `The packages of a repository fit${lacksApt === undefined ? '' : ` (${lacksApt})`}.`,
    async () => {
      const repository = await AptRepository.serve(
        Array.from({ length: 40 }, (_, at) => ({
          name: `package-${at}-${LONG_NAME}`,
          summary: `A package whose summary is long, because the author of ${LONG_NAME} had much to describe`,
          installed: 123_456_789,
          ...(at < 3 && { depends: `package-${at + 20}-${LONG_NAME}` }),
        })),
      );
      const names = [0, 1, 2].map((at) => `<pkg name="package-${at}-${LONG_NAME}"/>`).join('');
      const document = debianLive((manifest) =>
        manifest
          .replace('url="host-apt"', `url="${repository.source}"`)
          .replace('key="suite" value="host"', 'key="suite" value="test"')
          .replace(/<packages>[\s\S]*<\/packages>/, `<packages>${names}<pkg name="no-${LONG_NAME}"/></packages>`),
      );
      const { page } = await openInChromium({ document });
      const packages = new PackagesPage(page);
      const check = new LayoutCheck(page);
      await packages.goTo('Packages');
      await packages.resolved();
      await check.run('packages');
      await packages.inImage(`package-1-${LONG_NAME}`).click();
      await packages.details.getByText(/that only this entry needs/).waitFor();
      await check.run('a package');
      await packages.sum.getByRole('button', { name: /^Sizes/ }).click();
      await page.getByRole('list', { name: 'Size by group' }).waitFor();
      await check.run('sizes');
      await page.keyboard.press('Escape');
      await packages.button('Compare…').click();
      await page.getByText(/The image has no package database yet/).waitFor();
      await check.run('compare');
      expect(check.faults).toEqual([]);
    },
  );
});
