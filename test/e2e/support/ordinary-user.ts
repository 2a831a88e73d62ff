import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { electronFor } from '../../support/electron-runtime';
import { lacksRootOr, runTool } from '../../support/run-tool';
import { closeAtEnd } from './closing';
import { display } from './display';
import { endProgram } from './end-program';

const USER = 'nobody';
const START_TIMEOUT_MS = 180_000;
const root = join(import.meta.dirname, '../../..');

/** Why a start as an ordinary user is impossible here, or `undefined`. Chromium's sandbox needs user namespaces. */
export function lacksOrdinaryUser(): string | undefined {
  const lacks = lacksRootOr('setpriv', 'unshare');
  if (lacks !== undefined) return lacks;
  try {
    runTool('setpriv', ...asUser(), 'unshare', '--user', '--net', 'true');
    return undefined;
  } catch {
    return 'needs user namespaces for ordinary users';
  }
}

/** Opens the desktop app as an ordinary user, with Chromium's sandbox. */
export async function openAsOrdinaryUser(): Promise<{ electron: ElectronApplication; page: Page }> {
  const DISPLAY = await display();
  const { whenClosed } = closeAtEnd();
  const folder = await mkdtemp(join(tmpdir(), 'slipway-ordinary-'));
  whenClosed(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  // The checkout may be in a folder that only its owner can read.
  const project = join(folder, 'project');
  for (const part of ['package.json', 'out', 'resources'])
    await cp(join(root, part), join(project, part), { recursive: true });
  const home = join(folder, 'home');
  await mkdir(home);
  await chown(home, idOf('-u'), idOf('-g'));
  const executable = await electronFor(project);
  whenClosed(() => rm(dirname(executable), { recursive: true, force: true, maxRetries: 5 }));
  for (const path of [folder, dirname(executable)]) await chmod(path, 0o755);
  const start = join(folder, 'start');
  await writeFile(start, `#!/bin/sh\nexec setpriv ${asUser().join(' ')} "${executable}" "$@"\n`, { mode: 0o755 });
  const electron = await _electron.launch({
    executablePath: start,
    args: ['--disable-gpu'],
    // Otherwise Playwright adds --no-sandbox.
    chromiumSandbox: true,
    timeout: START_TIMEOUT_MS,
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, DISPLAY, DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  });
  whenClosed(async () => {
    void electron.evaluate(({ app }) => app.exit(0)).catch(() => undefined);
    await endProgram(electron.process(), false);
  });
  return { electron, page: await electron.firstWindow({ timeout: START_TIMEOUT_MS }) };
}

function asUser(): string[] {
  return [`--reuid=${idOf('-u')}`, `--regid=${idOf('-g')}`, '--clear-groups'];
}

function idOf(which: '-u' | '-g'): number {
  return Number(runTool('id', which, USER));
}
