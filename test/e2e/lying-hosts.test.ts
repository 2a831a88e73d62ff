// Hosts that lie, in a real window: what fails is shown at its host, and the window goes on with the next one.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { electronRuntime } from '../support/electron-runtime';
import { TestProject } from '../support/engine';
import { count, report } from '../support/faults/count';
import { LIES } from '../support/hostile/lies';
import { lacksSftp, startLyingHost } from '../support/hostile/lying-host';
import { openInElectron } from './support/app';
import { HostMenu } from './support/host-menu';
import { temporary } from './support/samples';
import { TimelinePage } from './support/timeline';

const runtime = await electronRuntime();
const lacks = 'lacks' in runtime ? runtime.lacks : lacksSftp;

/** Kinds that reach another part of main each; all kinds in the full run. */
const MAIN_KINDS =
  /banner of 1 MB|never ends$|closes the connection|answers the probe endlessly|half of an answer|other types$|million nested|answers endlessly|100 MB/;

/** What the window shows of the chosen host: the status bar, and the trouble of the timeline. */
function shown(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { querySelectorAll(selector: string): Iterable<{ readonly textContent: string }> };
    };
    const parts = document.querySelectorAll('footer .where, .trouble');
    return [...parts].map(({ textContent }) => textContent).join(' | ');
  });
}

it.skipIf(lacks)(
  'Electron: each lying host is shown as the trouble of that host, and this computer builds after it.',
  async () => {
    const lies = LIES.filter(([title]) => count(0, 1) === 1 || MAIN_KINDS.test(title));
    const project = new TestProject({ steps: [{ name: 'a' }] });
    onTestFinished(() => project.dispose());
    const state = join(temporary(), 'state');
    const home = join(temporary(), 'home');
    mkdirSync(home);
    mkdirSync(state);
    const hosts = [];
    for (const [at, [, lie]] of lies.entries()) {
      const server = await startLyingHost(lie, home);
      onTestFinished(() => server.stop());
      const entry = { id: `lie-${at}`, name: `liar ${at}`, address: '127.0.0.1', port: server.port, user: 'x' };
      hosts.push({ ...entry, agent: false, keys: [], password: false, root: 'none', engine: 'auto' });
    }
    writeFileSync(join(state, 'hosts.json'), JSON.stringify({ version: 1, hosts, choices: [] }));
    const { page, main } = await openInElectron({ document: join(project.folder, 'manifest.xml'), state });
    const timeline = new TimelinePage(page);
    const menu = new HostMenu(page);
    await timeline.open();
    let survived = 0;
    for (const [at, [title]] of lies.entries()) {
      await menu.pill.click();
      await page
        .getByRole('menuitem', { name: `liar ${at}`, exact: false })
        .first()
        .click();
      const isTrouble = /cannot be used|is not reachable|\| ./i;
      await expect
        .poll(
          async () => {
            const trust = page.getByRole('button', { name: 'Trust and connect' });
            if (await trust.isVisible()) await trust.click();
            const cancel = page.getByRole('dialog').getByRole('button', { name: 'Cancel' });
            if (await cancel.isVisible()) await cancel.click();
            return shown(page);
          },
          { message: title },
        )
        .toMatch(isTrouble);
      await menu.pill.click();
      await page.getByRole('menuitem', { name: 'This computer', exact: false }).first().click();
      await timeline.checkpoint('a').waitFor();
      survived++;
    }
    await timeline.buildButton.click();
    await timeline.says('Done');
    expect([main.exitCode, project.ran()]).toEqual([null, ['a']]);
    report(`Electron: ${survived} of ${lies.length} kinds of lying host are shown as trouble`);
  },
);
