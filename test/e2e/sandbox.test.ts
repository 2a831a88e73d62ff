import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { electronRuntime } from '../support/electron-runtime';
import { Designer } from './support/designer';
import { lacksOrdinaryUser, openAsOrdinaryUser } from './support/ordinary-user';

const runtime = await electronRuntime();
const lacks = 'lacks' in runtime ? runtime.lacks : lacksOrdinaryUser();

describe(`Chromium's sandbox${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  it.skipIf(lacks)('confines the page of a designer that an ordinary user opens', async () => {
    if (mkdirSync('/var/tmp/slipway', { recursive: true }) !== undefined)
      onTestFinished(() => rmdirSync('/var/tmp/slipway'));
    const { electron, page } = await openAsOrdinaryUser();
    const designer = new Designer(page);
    await designer.goTo('Steps');
    await designer.row('Step iso').waitFor();
    // Root has built here first, and its folder is closed to other users, so the sample gets another folder.
    await designer.goTo('Build settings');
    const area = page.getByLabel('Build area', { exact: true });
    await expect.poll(() => area.inputValue()).toBe('/var/tmp/slipway-nobody/tiny-linux');

    const processes = await electron.evaluate(({ app, BrowserWindow }) => ({
      switches: ['no-sandbox', 'disable-setuid-sandbox'].filter((name) => app.commandLine.hasSwitch(name)),
      window: BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
      // Electron reports `sandboxed` on macOS and Windows only, so the kernel is asked here.
      all: app.getAppMetrics().map(({ pid, type }) => ({ pid, type })),
    }));
    expect(processes.switches).toEqual([]);
    expect(processes.all).toContainEqual({ pid: processes.window, type: 'Tab' });
    // Main runs as an ordinary user without a sandbox. The page has a system call filter and no capabilities.
    const main = statusOf(processes.all.find(({ type }) => type === 'Browser')?.pid);
    expect(main).toMatchObject({ Seccomp: '0' });
    expect(main['Uid']).not.toMatch(/\b0\b/);
    expect(statusOf(processes.window)).toMatchObject({ Seccomp: '2', NoNewPrivs: '1', CapEff: '0'.repeat(16) });
  });
});

/** The kernel's status of a process. */
function statusOf(pid: number | undefined): Record<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/:\s+/, 2) as [string, string]));
}
