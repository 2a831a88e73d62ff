import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bin, finished, says, TestProject, type TestStep } from '../support/engine';
import { eventually } from '../support/eventually';
import { lacksRootOr, runTool } from '../support/run-tool';
import { btrfsFolder } from '../support/temp-btrfs';
import { lacksTempFileSystem } from '../support/temp-loop';
import { lacksZfs, zfsPool } from '../support/temp-zpool';

interface Place {
  /** The area's name in the manifest. */
  readonly area: string;
  dispose(): void | Promise<void>;
}

const plain = (): Place => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-plain-'));
  return { area: join(folder, 'area'), dispose: () => rmSync(folder, { recursive: true, force: true }) };
};
const btrfs = async (): Promise<Place> => {
  const place = await btrfsFolder();
  return { area: join(place.path, 'area'), dispose: () => place.dispose() };
};
const zfs = async (): Promise<Place> => {
  const pool = await zfsPool();
  return { area: `${pool.name}/area`, dispose: () => pool.dispose() };
};

const kinds = [
  { name: 'plain', lacks: lacksRootOr('unshare'), make: plain },
  { name: 'btrfs', lacks: lacksTempFileSystem('btrfs'), make: btrfs },
  { name: 'zfs', lacks: lacksZfs(), make: zfs },
];

describe.each(kinds)('a shell in a checkpoint on $name', ({ name, lacks, make }) => {
  let place: Place | undefined;
  let project: TestProject | undefined;
  afterEach(async () => {
    project?.dispose();
    await place?.dispose();
    project = place = undefined;
  });

  async function built(
    steps: readonly TestStep[] = [{ name: 'a', body: 'echo kept >"$2/file"' }, { name: 'b' }, { name: 'c' }],
  ): Promise<TestProject> {
    place = await make();
    project = new TestProject({ area: place.area, steps });
    expect((await project.build()).code).toBe(0);
    return project;
  }

  /** Runs a shell with these input lines. */
  function shell(on: TestProject, lines: string) {
    const child = spawn(join(bin, 'distro_const'), ['shell', 'manifest.xml', 'b'], {
      cwd: on.folder,
      env: { ...on.env, SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.stdin.write(lines);
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    return { child, ended, output: () => output };
  }

  /** Nothing of the checkpoint is mounted, cloned or in use any more, and the checkpoint is as it was. */
  async function isUntouched(on: TestProject): Promise<void> {
    expect(await on.json('diff', 'b', 'c')).toMatchObject({ changes: [{ path: 'pkg_image/log' }] });
    expect((await on.run('cat', 'manifest.xml', 'b', 'pkg_image/file')).stdout).toBe('kept\n');
    expect(readdirSync(join(on.folder, 'tmp'))).toEqual([]);
    expect(runTool('mount')).not.toContain(on.folder);
    expect((await on.build('-r', 'b')).code).toBe(0);
  }

  it('cannot write into it, and leaves nothing behind', async ({ skip }) => {
    skip(lacks !== undefined, lacks);
    const on = await built();
    const { child, ended, output } = shell(
      on,
      'echo "$SLIPWAY_CHECKPOINT"\ntouch x\necho more >>pkg_image/file\nrm -rf pkg_image\nchmod 777 pkg_image/file\n' +
        'sleep 997 & setsid sleep 996 &\nexit 3\n',
    );
    expect(await ended).toBe(3);
    expect(child.exitCode).toBe(3);
    expect(output()).toMatch(/^b\n/);
    expect(output().match(/Read-only file system/g)?.length).toBeGreaterThanOrEqual(4);
    await isUntouched(on);
  });

  it.for(['SIGHUP', 'SIGTERM'] as const)('is closed by %s', async (signal, { skip }) => {
    skip(lacks !== undefined, lacks);
    const on = await built();
    const { child, ended, output } = shell(on, 'echo ready\nsleep 995\n');
    await eventually(() => expect(output()).toContain('ready'));
    child.kill(signal);
    expect(await ended).toBe(signal === 'SIGHUP' ? 129 : 143);
    await isUntouched(on);
  });

  it('Commands that read a checkpoint close their views when they are stopped.', async ({ skip }) => {
    skip(lacks !== undefined, lacks);
    const on = await built([
      { name: 'a', body: 'cd "$2"; head -c 400000000 /dev/zero >big' },
      // Another file with the same content, which must be read for the comparison.
      { name: 'b', body: 'cd "$2"; cp big other; mv other big' },
      { name: 'c' },
    ]);
    const cat = ['cat', 'manifest.xml', 'b', 'pkg_image/big'];
    // A plain store compares the files without reading them.
    for (const args of name === 'plain' ? [cat] : [['diff', 'manifest.xml', 'b', 'c'], cat]) {
      const child = spawn(join(bin, 'distro_const'), args, {
        cwd: on.folder,
        env: on.env,
        // The output is not read, so it waits.
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      const isReading = (): boolean =>
        readdirSync(`/proc/${child.pid}/fd`).some((fd) =>
          /\/big$|\/snapshots\//.test(linkOf(`/proc/${child.pid}/fd/${fd}`)),
        );
      await eventually(() => expect(isReading()).toBe(true));
      child.kill('SIGTERM');
      child.stdout.resume();
      expect(await ended, args[0]).toBe(143);
    }
    expect(readdirSync(join(on.folder, 'tmp'))).toEqual([]);
    expect(runTool('mount')).not.toContain(on.folder);
    expect((await on.run('prune', '--from', 'b', '--yes', 'manifest.xml')).code).toBe(0);
  });

  it('is closed by a command whose reader has gone, and a build that discards it waits for that', async ({ skip }) => {
    skip(lacks !== undefined, lacks);
    const on = await built([
      { name: 'a', body: 'head -c 100000000 /dev/zero >"$2/big"' },
      { name: 'b' },
      { name: 'c' },
    ]);
    const child = on.start('distro_const', ['cat', 'manifest.xml', 'c', 'pkg_image/big']);
    // No listener for data: it would make the stream flow, and the command could end before its reader goes.
    const reader = once(child, 'close');
    await once(child.stdout as NodeJS.ReadableStream, 'readable');
    const build = on.start('distro_const', ['build', '-r', 'b', 'manifest.xml']);
    const ended = finished(build);
    await says(build, /Build started/);
    child.stdout?.destroy();
    expect((await reader)[0]).toBe(141);
    expect((await ended).code).toBe(0);
    expect(readdirSync(join(on.folder, 'tmp'))).toEqual([]);
    expect(runTool('mount')).not.toContain(on.folder);
  });
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // it was closed meanwhile
  }
}
