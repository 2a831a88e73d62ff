import { existsSync, readFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished, says, TestProject } from '../../support/engine';

const GIB = 1024 ** 3;

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
});
afterEach(() => project.dispose());

describe('a build whose step declares a file that takes minutes to read', () => {
  it('names the file, and ends when it is cancelled', async () => {
    const big = join(project.folder, 'big.bin');
    writeFileSync(big, '');
    truncateSync(big, 30 * GIB);
    project.write({ steps: [{ name: 'a', body: 'echo "path big.bin" >>"$SLIPWAY_INPUTS"' }, { name: 'b' }] });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    const ended = finished(build);
    await says(build, /Reading the input big\.bin \(30\.0 GiB\)/);
    expect((await project.run('cancel', 'manifest.xml')).code).toBe(0);
    expect((await ended).code).toBe(143);
    expect(project.ran()).toEqual(['a']);
  });
});

describe('a build whose step launcher is killed', () => {
  it.skipIf(process.platform !== 'linux')('ends with exit status 1, and its step is recorded as failed', async () => {
    project.write({ steps: [{ name: 'a' }, { name: 'b', body: 'echo waiting >&2\nsleep 600' }] });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    const ended = finished(build);
    await says(build, /waiting/);
    for (const pid of childrenOf(build.pid ?? 0)) process.kill(pid, 'SIGKILL');
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(1);
    expect(exitRecord()).toMatchObject({ outcome: 'failed', steps: [{ outcome: 'done' }, { outcome: 'failed' }] });
  });
});

describe('a build whose area is taken away while a step runs', () => {
  const steps = [{ name: 'a' }, { name: 'b', body: 'echo waiting >&2\nwhile [ ! -e "$0.go" ]; do sleep 0.05; done' }];

  it.each([
    ['removed', '', /The build area .*\/area was removed or replaced during the build\./],
    ['moved', '', /The build area .*\/area was removed or replaced during the build\./],
    ['removed', '.slipway', /The folder .*\/area\/\.slipway of the build area was removed or replaced/],
    ['removed', 'logs', /The folder .*\/area\/logs of the build area was removed or replaced/],
  ])('fails when it or a folder of the engine is %s (%s)', async (how, folder, sentence) => {
    project.write({ steps: [...steps, { name: 'c' }] });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    const ended = finished(build);
    await says(build, /waiting/);
    const path = join(project.area, folder);
    if (how === 'moved') renameSync(path, `${path}2`);
    else rmSync(path, { recursive: true });
    project.file('scripts/b.go', '');
    const { code, stderr } = await ended;
    expect(stderr).toMatch(sentence);
    expect([code, project.ran()]).toEqual([1, ['a', 'b']]);
    if (folder === '') expect(existsSync(project.area)).toBe(false);
  });

  it.skipIf(process.platform !== 'linux').each([
    ['removed', (path: string) => rmSync(path)],
    ['damaged', (path: string) => writeFileSync(path, 'x')],
  ])('is shown as held, and can be cancelled, when only its lock file is %s', async (_, harm) => {
    project.write({ steps });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    const ended = finished(build);
    await says(build, /waiting/);
    harm(join(project.area, '.slipway/lock'));
    expect((await project.run('status', 'manifest.xml')).stdout).toMatch(
      /^Lock +held(; the lock file is missing|: the lock file was damaged .*)$[^]*running in b/m,
    );
    const cancel = await project.run('cancel', 'manifest.xml');
    expect([cancel.code, cancel.stdout], cancel.stderr).toEqual([
      0,
      expect.stringContaining(`Stopped process ${build.pid} in b.`),
    ]);
    expect((await ended).code).toBe(143);
    project.file('scripts/b.go', '');
    expect(await project.build('-R')).toMatchObject({ code: 0 });
  });

  it.skipIf(process.platform !== 'linux')('gets no signal from a cancel while a prune holds the area', async () => {
    project.write({ steps });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    const ended = finished(build);
    await says(build, /waiting/);
    build.kill('SIGKILL');
    await ended;
    rmSync(join(project.area, '.slipway/lock'));
    // Another program holds the lock of the area, while the newest journal belongs to an interrupted build.
    const holder = project.spawn(['flock', '--no-fork', project.area, 'sh', '-c', 'echo holding >&2; exec sleep 600']);
    const released = finished(holder);
    await says(holder, /holding/);
    const cancel = await project.run('cancel', 'manifest.xml');
    expect([cancel.code, cancel.stderr]).toEqual([1, expect.stringContaining('it is not known to be a build')]);
    expect(holder.exitCode).toBeNull();
    holder.kill('SIGKILL');
    await released;
  });

  const isRoot = process.getuid?.() === 0;

  it.skipIf(!isRoot || process.platform !== 'linux')(
    'is held for commands in another PID namespace, which cancel it (skipped without root on Linux)',
    async () => {
      project.write({ steps });
      const build = project.start('distro_const', ['build', 'manifest.xml']);
      const ended = finished(build);
      await says(build, /waiting/);
      rmSync(join(project.area, '.slipway/lock'));
      const elsewhere = (...argv: string[]) =>
        finished(
          project.spawn([
            'unshare',
            ...['--pid', '--fork', '--kill-child', '--mount-proc', join(project.bin, 'distro_const')],
            ...argv,
          ]),
        );
      expect((await elsewhere('status', 'manifest.xml')).stdout).toMatch(/^Lock +held; the lock file is missing$/m);
      expect((await elsewhere('doctor', 'manifest.xml')).stdout).toMatch(/lock.*held by a process/);
      expect(await elsewhere('prune', '--yes', 'manifest.xml')).toMatchObject({ code: 1 });
      expect(await elsewhere('build', 'manifest.xml')).toMatchObject({ code: 1 });
      const cancel = await elsewhere('cancel', 'manifest.xml');
      expect([cancel.code, cancel.stderr]).toEqual([0, '']);
      expect((await ended).code).toBe(143);
    },
  );
});

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function exitRecord(): unknown {
  const journal = readdirSync(join(project.area, 'logs')).find((name) => name.endsWith('.jsonl')) ?? '';
  return JSON.parse(project.read(`logs/${journal}`).trimEnd().split('\n').at(-1) ?? '');
}
