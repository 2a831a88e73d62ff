// A build outlives the app. The app finds every build and reports how it ended.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openInChromium, openInElectron } from './support/app';
import { inCarriers } from './support/carriers';
import { TimelinePage } from './support/timeline';
import { TestProject } from '../support/engine';

/** Step b writes numbered lines, 20 a second, until the test ends it. */
function talkative(): { project: TestProject; document: string } {
  const body =
    'n=0; while [ ! -e "$2/go" ]; do n=$((n+1)); echo "line $n of b"; [ $n = 1 ] && echo ready >&2; sleep 0.05; done; echo "last $n"';
  const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b', body }, { name: 'c' }] });
  onTestFinished(() => project.dispose());
  return { project, document: join(project.folder, 'manifest.xml') };
}

const journals = (project: TestProject): string[] =>
  readdirSync(join(project.area, 'logs')).filter((name) => name.endsWith('.jsonl'));

inCarriers({}, (open) => {
  it('An app that is killed in mid-step and started again attaches, leaves the build alone, and has every line once.', async () => {
    const { project, document } = talkative();
    const first = await open({ document });
    const before = new TimelinePage(first.page);
    await before.open();
    await before.buildButton.click();
    await first.page
      .getByRole('log')
      .getByText(/line ([3-9]|\d{2,}) of b$/)
      .first()
      .waitFor();
    first.main.kill('SIGKILL');
    await first.close();

    const again = await open({ document });
    const timeline = new TimelinePage(again.page);
    await timeline.open();
    await timeline.says('Running b');
    await again.page.getByRole('button', { name: 'Stop' }).waitFor();
    project.file('area/build_data/pkg_image/go', '');
    await timeline.says('Done');
    const [name = ''] = journals(project);
    const records = readFileSync(join(project.area, 'logs', name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; text?: string });
    const output = records.flatMap(({ kind, text }) => (kind === 'output' ? [text ?? ''] : []));
    const count = Number(/^last (\d+)$/.exec(output.find((text) => text.startsWith('last')) ?? '')?.[1]);
    expect(output.filter((text) => text.startsWith('line'))).toEqual(
      Array.from({ length: count }, (_, n) => `line ${n + 1} of b`),
    );
    await timeline.tab('Log');
    // The window has the same number of lines, and the last one at the end.
    await again.page
      .getByRole('log')
      .getByText(new RegExp(`last ${count}$`))
      .waitFor();
    await expect
      .poll(() => again.page.getByTestId('log-count').textContent())
      .toContain(output.length.toLocaleString('en'));
    expect(journals(project)).toHaveLength(1);
    expect(project.ran()).toEqual(['a', 'b', 'c']);
  });

  it('A build whose engine is killed is shown as interrupted, and resumes.', async () => {
    const { project, document } = talkative();
    const { page } = await open({ document });
    const timeline = new TimelinePage(page);
    await timeline.open();
    await timeline.buildButton.click();
    await timeline.says('Running b');
    const { pid } = JSON.parse(readFileSync(join(project.area, '.slipway/lock'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await timeline.says('Interrupted in b');
    project.script('b');
    await timeline.checkpoint('b').click();
    await timeline.button('Resume from here').click();
    await timeline.says('Done');
    expect(project.read('build_data/pkg_image/log')).toBe('a\nb\nc\n');
  });
});

it('After a restart of the computer the build is shown as interrupted and can be resumed.', async () => {
  const { project, document } = talkative();
  const first = await openInChromium({ document });
  const before = new TimelinePage(first.page);
  await before.open();
  await before.buildButton.click();
  await before.says('Running b');
  await first.close();
  const { pid } = JSON.parse(readFileSync(join(project.area, '.slipway/lock'), 'utf8')) as { pid: number };
  process.kill(pid, 'SIGKILL');
  const { page } = await openInChromium({ document, env: { SLIPWAY_BOOT_ID: 'another-boot' } });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.says('Interrupted in b');
  project.script('b');
  await timeline.buildButton.click();
  await timeline.says('Done');
});

it('A build that was started in a terminal is shown, with its owner.', async () => {
  const { project, document } = talkative();
  const { page } = await openInChromium({ document });
  const timeline = new TimelinePage(page);
  await timeline.open();
  project.start('distro_const', ['build', 'manifest.xml']);
  await timeline.says('Running b');
  await page.getByText(/In use by process \d+ on .*terminal/).waitFor();
  // The other build is queued, and starts when this one has ended.
  await page.getByRole('button', { name: 'More ways to build' }).click();
  await page.getByRole('menuitem', { name: 'Queue a build from the beginning' }).click();
  await page.getByText(/^Waiting: a build from the beginning/).waitFor();
  project.script('b');
  project.file('area/build_data/pkg_image/go', '');
  await expect.poll(() => page.locator('[data-run][data-state=done]').count()).toBe(2);
});

it('The end of a build is reported on every screen.', async () => {
  const { project, document } = talkative();
  const app = await openInElectron({ document });
  // Xvfb has no notification service, so the notifications are recorded here.
  await app.electron.evaluate(({ Notification, BrowserWindow }) => {
    const notifications: unknown[] = [];
    Object.assign(globalThis, { notifications });
    Notification.isSupported = () => true;
    Notification.prototype.show = function (this: Electron.Notification) {
      notifications.push(`${this.title}: ${this.body}`);
    };
    const [window] = BrowserWindow.getAllWindows();
    if (window) {
      window.isFocused = () => false;
      window.setProgressBar = (value: number) => void notifications.push(Math.sign(value));
    }
  });
  const timeline = new TimelinePage(app.page);
  await timeline.open();
  await timeline.checkpoint('c').click();
  await timeline.button('Pause here').click();
  await timeline.buildButton.click();
  await timeline.says('Running b');
  project.file('area/build_data/pkg_image/go', '');
  await timeline.says('Paused before c');
  const notifications = () =>
    app.electron.evaluate(() => (globalThis as unknown as { notifications: unknown[] }).notifications);
  await expect
    .poll(notifications)
    .toEqual(expect.arrayContaining([expect.stringMatching(/^slipway-project-\w+ is paused: Before c\.$/), 1, -1]));
});
