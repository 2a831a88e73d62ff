import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished, says, TestProject } from '../../support/engine';

let project: TestProject;
beforeEach(() => {
  project = new TestProject({
    steps: [{ name: 'a' }, { name: 'b', body: 'echo waiting >&2\nsleep 600' }, { name: 'c' }],
  });
});
afterEach(() => project.dispose());

const temporary = (): string => join(project.folder, 'tmp');
type Status = {
  lastRun: { state: string; exitCode?: number };
  runningStep: string | null;
  lock: { kind: string; owner?: { pid: number } };
  latestResumable: string;
};

describe('a build that is stopped', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s ends the step, keeps the last checkpoint, and is recorded as cancelled', async (signal, code) => {
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /waiting/);
    build.kill(signal);
    const ended = await finished(build);
    expect(ended.code).toBe(code);
    expect(ended.stdout + ended.stderr).toContain('The last checkpoint is intact: resume with -R.');
    expect(readdirSync(temporary())).toEqual([]); // the socket is gone
    expect(await project.json('status')).toMatchObject({
      lastRun: { state: 'cancelled', exitCode: code },
      latestResumable: 'b',
      lock: { kind: 'free' },
    });
    project.script('b');
    project.ran();
    expect((await project.build('-R')).code).toBe(0);
    expect(project.ran()).toEqual(['b', 'c']);
    expect(project.read('build_data/pkg_image/log')).toBe('a\nb\nc\n');
  });

  it('does not mention a checkpoint when the build takes none', async () => {
    project.edit((text) => text.replace('<checkpoint_enable>true<', '<checkpoint_enable>false<'));
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /waiting/);
    build.kill('SIGTERM');
    const { stdout, stderr } = await finished(build);
    expect(stdout + stderr).toContain('Build cancelled by SIGTERM.');
    expect(stdout + stderr).not.toContain('intact');
  });

  it('ends at `cancel` also after Ctrl-Z has suspended it', async () => {
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /waiting/);
    build.kill('SIGTSTP');
    const ended = finished(build);
    expect((await project.run('cancel', 'manifest.xml')).code).toBe(0);
    expect((await ended).code).toBe(143);
  });

  it('by kill -9 is shown as interrupted, and resumes', async () => {
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /waiting/);
    const { lock, lastRun, runningStep } = (await project.json('status')) as Status;
    expect({ kind: lock.kind, pid: lock.owner?.pid, state: lastRun.state, runningStep }).toEqual({
      kind: 'held',
      pid: build.pid,
      state: 'running',
      runningStep: 'b',
    });
    build.kill('SIGKILL');
    await finished(build);
    expect(await project.json('status')).toMatchObject({
      lock: { kind: 'stale' },
      lastRun: { state: 'interrupted' },
      runningStep: 'b',
      latestResumable: 'b',
    });
    project.script('b');
    expect((await project.build('-R')).code).toBe(0);
  });

  it('One build at a time has the area, and the refusal of another names the owner.', async () => {
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /waiting/);
    const second = await project.build();
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`process ${build.pid} on `);
    build.kill('SIGTERM');
    await finished(build);
    expect(project.ran()).toEqual(['a', 'b']);
  });
});

describe('of two builds that start at once', () => {
  it('one runs, and the other names it', async () => {
    // The running command waits for the end of the other one, even when that one starts late.
    project.script('b', `while [ ! -e "${project.folder}/go" ]; do sleep 0.02; done`);
    const builds = [project.build(), project.build()];
    await Promise.race(builds);
    project.file('go', '');
    const both = await Promise.all(builds);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(both.find(({ code }) => code === 1)?.stderr).toMatch(/Another build holds this build area: process \d+/);
    expect(project.ran()).toEqual(['a', 'b', 'c']);
  });
});

describe('a lock file that another program has written', () => {
  it.each([
    ['with the pid of a process that is no engine', (identity: object, pid: number) => ({ ...identity, pid })],
    ['without a start time', (identity: object, pid: number) => ({ ...identity, pid, startTime: 'unknown' })],
    ['with the pid of init', (identity: object) => ({ ...identity, pid: 1 })],
  ])('ends no process at `cancel` when it is %s', async (_, make) => {
    const bystander = project.spawn(['sleep', '600']);
    const { pid = 0 } = bystander;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const owner = {
      startTime: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19],
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      host: hostname(),
      ...{ since: 0, client: 'terminal', user: 'x', manifest: 'x', kernelLock: false },
    };
    mkdirSync(join(project.area, '.slipway'), { recursive: true });
    writeFileSync(join(project.area, '.slipway', 'lock'), JSON.stringify(make(owner, pid)));
    expect((await project.run('cancel', 'manifest.xml')).code).toBe(1);
    expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
  });
});
