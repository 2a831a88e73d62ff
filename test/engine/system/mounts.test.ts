import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPlainBackend } from '../../../src-engine/snapshots/plain';
import { storeTool } from '../../../src-engine/snapshots/store-tools';
import { isMountPoint } from '../../../src-engine/system/mounts';
import { isProcessRunning, processesUsing } from '../../../src-engine/system/process-table';

const isLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isLinux)('The users of a path (skipped where there is no /proc):', () => {
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'slipway-mounts-'))));
  afterEach(async () => {
    for (const child of children.splice(0)) await end(child);
    rmSync(folder, { recursive: true });
  });

  function end(child: ChildProcess): Promise<unknown> {
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    const closed = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGKILL');
    return closed;
  }

  /** Starts a program that prints a line when it runs, and waits for this line. */
  async function start(argv: readonly [string, ...string[]], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    const child = spawn(argv[0], argv.slice(1), { ...options, stdio: ['pipe', 'pipe', 'ignore'] });
    children.push(child);
    const awake = new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdin.write('x\n');
    await awake;
    return child;
  }

  it('The processes in a folder are named, and none in a folder beside it or with a longer name.', async () => {
    for (const name of ['data', 'data2']) mkdirSync(join(folder, name));
    await start(['cat'], { cwd: join(folder, 'data2') });
    expect(processesUsing(join(folder, 'data'))).toEqual([]);
    const { pid } = await start(['cat'], { cwd: join(folder, 'data') });
    expect(processesUsing(join(folder, 'data'))).toEqual([`${pid} (cat)`]);
    expect(processesUsing(folder)).toHaveLength(2);
  });

  // As in two containers, or in two recordings that are replayed at once.
  const inNamespace = (script: string): Promise<ChildProcess> =>
    start(['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, 'sh', join(folder, 'data')]);

  it.skipIf(!isRoot)(
    'Another place of the same name in another namespace is not taken for this one (needs root).',
    async () => {
      mkdirSync(join(folder, 'data'));
      await inNamespace('mount -t tmpfs none "$1" && cd "$1" && exec cat');
      expect(processesUsing(join(folder, 'data'))).toEqual([]);
      const { pid } = await inNamespace('cd "$1" && exec cat');
      expect(processesUsing(join(folder, 'data'))).toEqual([`${pid} (cat)`]);
    },
  );

  it.skipIf(!isRoot)(
    'Orphaned tools of this store are ended, and none of another with the same path (needs root).',
    async () => {
      const places = { buildData: join(folder, 'data'), store: join(folder, 'store') };
      mkdirSync(places.buildData);
      const marked = async (store: string): Promise<NodeJS.ProcessEnv> => {
        const { stdout } = await storeTool(store)(['env', '-0']);
        const mark = stdout.split('\0').find((line) => line.startsWith('SLIPWAY_SNAPSHOT_STORE='));
        return { ...process.env, SLIPWAY_SNAPSHOT_STORE: mark?.split('=')[1] };
      };
      const ours = await start(['cat'], { env: await marked(places.store) });
      const others = await start(['cat'], { env: await marked(join(folder, 'other-store')) });
      // The processes that a killed engine has left.
      mkdirSync(join(places.store, '.stage-1'));
      await createPlainBackend(places).take('a');
      expect([isProcessRunning(ours.pid ?? 0), isProcessRunning(others.pid ?? 0)]).toEqual([false, true]);
    },
  );

  it('A mount point is recognised.', () => {
    expect([isMountPoint('/proc'), isMountPoint(folder), isMountPoint(join(folder, 'none'))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
