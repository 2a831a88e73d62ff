import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, finished, says, TestProject, type Ran } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { lacksRootOr } from '../../support/run-tool';

let project: TestProject;
beforeEach(() => {
  project = new TestProject({
    steps: [
      { name: 'a', body: 'echo waiting >&2\nwhile [ ! -e "$2/go" ]; do sleep 0.02; done' },
      { name: 'b' },
      { name: 'c' },
    ],
  });
});
afterEach(() => project.dispose());

const go = (): unknown => project.file('area/build_data/pkg_image/go', '');
const slipway = (name: string): string => join(project.area, '.slipway', name);
type Status = { lock: { kind: string; damage?: string }; lastRun: { run: string; state: string } | null };
const status = async (): Promise<Status> => (await project.json('status')) as Status;
const startBuild = async (): Promise<ChildProcess> => {
  const build = project.start('distro_const', ['build', 'manifest.xml']);
  await says(build, /waiting/);
  return build;
};

const lacks = lacksRootOr('unshare', 'setpriv');
/** Runs a command of the engine through a tool that changes its environment. */
const through = (tool: readonly [string, ...string[]], ...argv: readonly string[]): Promise<Ran> => {
  const [command, ...options] = tool;
  return finished(
    spawn(command, [...options, join(bin, 'distro_const'), ...argv], { cwd: project.folder, env: project.env }),
  );
};
const OTHER_NAMESPACE = ['unshare', '--pid', '--fork', '--mount-proc'] as const;
const OTHER_ACCOUNT = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] as const;

describe('requests to a running build', () => {
  it.each([
    ['torn', '{'],
    ['empty', ''],
    ['zeros', '\0'.repeat(40)],
    ['a number', '5'],
    ['an object of another shape', '{"pid":true,"step":7}'],
  ])('are reported and removed when they are damaged (%s), and the build goes on', async (_, content) => {
    const build = await startBuild();
    const end = finished(build);
    for (const name of ['pause', 'cancel']) writeFileSync(slipway(name), content);
    await eventually(() =>
      expect([existsSync(slipway('pause')), existsSync(slipway('cancel'))]).toEqual([false, false]),
    );
    go();
    const { code, stderr } = await end;
    expect(code).toBe(0);
    expect(stderr).toContain(`The request ${slipway('pause')} was damaged (`);
    expect(stderr).toContain(`The request ${slipway('cancel')} was damaged (`);
    expect(project.ran()).toEqual(['a', 'b', 'c']);
  });

  it('are not obeyed when they name another build', async () => {
    const build = await startBuild();
    const end = finished(build);
    writeFileSync(slipway('cancel'), JSON.stringify({ lock: 'another' }));
    writeFileSync(slipway('pause'), JSON.stringify({ pid: build.pid, lock: 'another', step: 'b' }));
    await eventually(() => expect(existsSync(slipway('cancel'))).toBe(false));
    go();
    expect((await end).code).toBe(0);
    expect(project.ran()).toEqual(['a', 'b', 'c']);
  });
});

describe.skipIf(lacks !== undefined)(
  `a build in another PID namespace${lacks === undefined ? '' : ` (${lacks})`}`,
  () => {
    let build: ChildProcess;
    let end: Promise<Ran>;
    beforeEach(async () => {
      const [command, ...options] = OTHER_NAMESPACE;
      const argv = [...options, '--kill-child', join(bin, 'distro_const'), 'build', 'manifest.xml'];
      build = spawn(command, argv, { cwd: project.folder, env: project.env });
      end = finished(build);
      await says(build, /waiting/);
    });
    afterEach(() => build.kill('SIGKILL'));

    it('holds the area', async () => {
      expect(await status()).toMatchObject({ lock: { kind: 'held' }, lastRun: { state: 'running' } });
      const second = await project.build();
      expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('Another build holds this build area')]);
      go();
      expect((await end).code).toBe(0);
      expect(project.ran()).toEqual(['a', 'b', 'c']);
    });

    it('is cancelled from here', async () => {
      expect(await project.json('cancel')).toEqual({ step: 'a', resumeFrom: 'a' });
      expect(project.ran()).toEqual(['a']);
      expect(await status()).toMatchObject({ lock: { kind: 'free' }, lastRun: { state: 'cancelled' } });
    });

    it('is paused from here', async () => {
      expect(await project.json('pause', 'b')).toEqual({ step: 'b' });
      go();
      expect((await end).code).toBe(0);
      expect(project.ran()).toEqual(['a']);
    });

    it('is interrupted when it is killed, and the next build takes over', async () => {
      build.kill('SIGKILL');
      await end;
      await eventually(async () => expect(await status()).toMatchObject({ lock: { kind: 'stale' } }));
      expect(await status()).toMatchObject({ lastRun: { state: 'interrupted' } });
      project.script('a');
      expect((await project.build('-R')).code).toBe(0);
    });
  },
);

describe.skipIf(lacks !== undefined)(`a build of another account${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  it.each([['cancel'], ['pause --none'], ['prune --from a --yes'], ['build']])(
    'is not touched by %s, which is refused in a sentence',
    async (command) => {
      chmodSync(project.folder, 0o755);
      const build = await startBuild();
      const end = finished(build);
      const { code, stderr } = await through(OTHER_ACCOUNT, ...command.split(' '), 'manifest.xml');
      expect(code).toBe(1);
      expect(stderr).toMatch(/^(This account may not change the build of|Another build holds|Unable to write)/);
      go();
      expect((await end).code).toBe(0);
      expect(project.ran()).toEqual(['a', 'b', 'c']);
    },
  );
});

describe('prune', () => {
  it('is refused while a build runs', async () => {
    const build = await startBuild();
    const { code, stderr } = await project.run('prune', '--from', 'a', '--yes', 'manifest.xml');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Another build holds this build area: process/)]);
    go();
    await finished(build);
    expect((await project.run('checkpoints', 'manifest.xml')).stdout).not.toContain('no checkpoint');
  });

  it('is not cancelled, and holds off builds while it removes', async () => {
    project.script('a');
    await project.build();
    const owner = JSON.stringify({ ...lockOfThisTest(), purpose: 'prune' });
    writeFileSync(slipway('lock'), owner);
    for (const command of [['cancel'], ['pause', '--none']])
      expect(await project.run(...command, 'manifest.xml')).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^No build is running in this build area: a prune holds it/) as string,
      });
    expect(await project.build('-R')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^A prune holds this build area/) as string,
    });
    expect(readFileSync(slipway('lock'), 'utf8')).toBe(owner);
  });

  it('creates nothing where there is no area', async () => {
    expect(await project.run('prune', '--yes', 'manifest.xml')).toMatchObject({
      code: 0,
      stdout: 'Nothing to prune.\n',
    });
    expect(existsSync(project.area)).toBe(false);
  });
});

/** The lock file of this process in the form of version 1, which holds the area by its file alone. */
function lockOfThisTest(): object {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  return {
    pid: process.pid,
    startTime: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19],
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    host: 'here',
    since: 1,
    client: 'test',
    user: 'u',
    manifest: '/m.xml',
  };
}

describe('an area after a power loss', () => {
  it.each([
    ['empty', ''],
    ['torn', '{"pid":4'],
    ['zeros', '\0'.repeat(300)],
  ])('is shown when its lock file is %s, and repaired by the next build', async (_, content) => {
    project.script('a');
    await project.build('-p', 'c');
    writeFileSync(slipway('lock'), content);
    expect(await status()).toMatchObject({ lock: { kind: 'stale', damage: expect.any(String) as string } });
    const shown = await project.run('status', 'manifest.xml');
    expect(shown.stdout).toContain('the lock file was damaged');
    for (const command of ['checkpoints', 'plan', 'follow'])
      expect((await project.run(command, 'manifest.xml')).code).toBe(0);
    const { code, stderr } = await project.build('-R');
    expect([code, stderr]).toEqual([0, expect.stringContaining('The lock file was damaged')]);
    expect(existsSync(slipway('lock'))).toBe(false);
  });
});

describe('follow', () => {
  beforeEach(async () => {
    project.script('a');
    await project.build();
  });
  const journal = (): string => {
    const name = readdirSync(join(project.area, 'logs')).find((one) => one.endsWith('.jsonl')) ?? '';
    return join(project.area, 'logs', name);
  };

  it('prints every byte from an offset that followed a line', async () => {
    const bytes = readFileSync(journal());
    const offset = bytes.indexOf(0x0a) + 1;
    const { stdout } = await project.run('follow', '--json', '--from', String(offset), 'manifest.xml');
    expect(stdout).toBe(bytes.subarray(offset).toString('utf8'));
  });

  it('reports damaged records, and prints a last record whose newline is missing', async () => {
    const lines = readFileSync(journal(), 'utf8').trimEnd().split('\n');
    writeFileSync(journal(), [lines[0], '\0'.repeat(70), ...lines.slice(1)].join('\n'));
    expect(await project.run('follow', 'manifest.xml')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('\n# a damaged record of 70 bytes\n') as string,
    });
    expect(await status()).toMatchObject({ lastRun: { state: 'done' } });
  });

  it.each([
    ['is torn', (text: string) => text.slice(0, -40)],
    ['ends in zeros', (text: string) => text.slice(0, -200) + '\0'.repeat(200)],
    ['is empty', () => ''],
    [
      'ends in a record of another shape',
      (text: string) => text.replace(/"outcome":"done"(?=[^\n]*\n$)/, '"outcome":7'),
    ],
  ])('reports, as status does, that a run was interrupted whose journal %s', async (_, damage) => {
    writeFileSync(journal(), damage(readFileSync(journal(), 'utf8')));
    const followed = await project.run('follow', 'manifest.xml');
    expect([followed.code, followed.stderr]).toEqual([1, expect.stringContaining('was interrupted')]);
    expect(await status()).toMatchObject({ lastRun: { state: 'interrupted' } });
    expect((await project.run('plan', 'manifest.xml')).code).toBe(0);
  });
});

describe('runs', () => {
  beforeEach(() => project.script('a'));

  it('are in the order in which they ran although the clock went back', async () => {
    project.script('b', '[ -e "$5/ok" ]');
    await finished(project.start('distro_const', ['build', 'manifest.xml'], { TZ: 'UTC-2' }));
    project.file('area/media/ok', '');
    await finished(project.start('distro_const', ['build', '-R', 'manifest.xml'], { TZ: 'UTC-1' }));
    const { lastRun } = await status();
    expect(lastRun).toMatchObject({ state: 'done', run: expect.stringMatching(/-000002$/) as string });
    expect((await project.run('follow', 'manifest.xml')).code).toBe(0);
  });
});

describe('a step', () => {
  it('does not inherit the lock of its build', async () => {
    project.script('a', 'ls -l /proc/self/fd >"$5/fds"');
    expect((await project.build()).code).toBe(0);
    expect(project.read('media/fds')).not.toContain(`${project.area}\n`);
  });
});
