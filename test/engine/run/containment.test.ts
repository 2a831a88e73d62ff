import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { areaIdentity } from '../../../src-engine/area/identity';
import { descendants, listProcesses } from '../../../src-engine/system/process-list';
import { bin, finished, says, TestProject, type Ran } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { newestRecords } from '../../support/journal';
import { lacksRootOr, runTool } from '../../support/run-tool';

const lacksNamespaces = lacksRootOr('unshare', 'perl');
const lacksPerl = process.platform === 'linux' ? undefined : 'needs Linux';
/** With these variables a step has no mount namespace. */
const KEEP_MOUNTS = { slipway_mounts: 'keep' };
/** A command that is unique among the runs of these tests, because its seconds contain the test's process id. */
const LONG_SLEEP = `sleep 600.${process.pid}`;

let project: TestProject;
beforeEach(() => (project = new TestProject()));
afterEach(() => project.dispose());

/** A step that starts a loop outside its session and without its environment, and waits. */
function writeEscape(pairs: Readonly<Record<string, string>> = {}): void {
  project.file('loop', '#!/bin/sh\nwhile :; do echo x >>"$1"; sleep 0.05; done\n');
  runTool('chmod', '755', join(project.folder, 'loop'));
  const escape = `setsid env -i "${project.folder}/loop" "$2/poison" >/dev/null 2>&1 &`;
  const wait = 'while [ ! -s "$2/poison" ]; do sleep 0.05; done\necho waiting >&2\nsleep 600';
  project.write({ pairs, steps: [{ name: 'a' }, { name: 'b', body: `${escape}\n${wait}` }, { name: 'c' }] });
}

/** Runs a tool in the project's folder. */
const ended = (tool: string, args: readonly string[]): Promise<Ran> =>
  finished(spawn(tool, args, { cwd: project.folder, env: project.env, stdio: ['ignore', 'pipe', 'pipe'] }));

const containmentOf = (): unknown => newestRecords(project.area).find(({ kind }) => kind === 'plan')?.['containment'];

/** Processes whose command line has this text. */
function running(text: string): number[] {
  return listProcesses()
    .filter(({ pid }) => commandLine(pid).includes(text))
    .map(({ pid }) => pid);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

describe.each([
  { containment: 'namespaces', pairs: {}, lack: lacksNamespaces },
  { containment: 'reaper', pairs: KEEP_MOUNTS, lack: lacksPerl },
])('a build whose steps are contained by $containment', ({ containment, pairs, lack }) => {
  if (lack !== undefined) return it.skip(`runs (${lack})`);

  it('takes the step and what it started with it when the engine is killed', async () => {
    writeEscape(pairs);
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /waiting/);
    expect(containmentOf()).toBe(containment);
    build.kill('SIGKILL');
    await finished(build);
    await eventually(() => expect(running(join(project.folder, 'loop'))).toEqual([]));
    project.script('b');
    expect(await project.build('-R')).toMatchObject({ code: 0 });
    expect(existsSync(join(project.area, 'build_data/pkg_image/poison'))).toBe(false);
  });

  it('ends what left the session when it is cancelled, and names it', async () => {
    writeEscape(pairs);
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /waiting/);
    const ended = finished(build);
    expect(await project.run('cancel', 'manifest.xml')).toMatchObject({ code: 0 });
    expect(running(join(project.folder, 'loop'))).toEqual([]);
    expect((await ended).stderr).toMatch(/^.*loop.*, started by b, (was|were) still running and (was|were) stopped$/m);
    expect(newestRecords(project.area)).toContainEqual(
      expect.objectContaining({
        kind: 'output',
        stream: 'engine',
        text: expect.stringMatching(/loop.*, started by b, .* stopped$/),
      }),
    );
  });

  it('takes the next checkpoint after a daemon was ended', async () => {
    project.write({
      pairs,
      steps: [
        { name: 'a', body: daemonBy('setsid -f') },
        { name: 'b', body: `pgrep -fx "${LONG_SLEEP}" && exit 1; exit 0` },
      ],
    });
    const { code, stderr } = await project.build();
    expect(stderr).toContain('sleep, started by a, was still running and was stopped');
    expect(code).toBe(0);
  });
});

/** Starts a daemon by a command, and waits until the command has become the daemon, whose name is then reported. */
const daemonBy = (command: string): string =>
  `${command} ${LONG_SLEEP} >/dev/null 2>&1\nuntil pgrep -fx "${LONG_SLEEP}" >/dev/null; do :; done`;

describe('a build in a container', () => {
  const daemon = { name: 'a', body: daemonBy('setsid -f env -i') };
  const named = 'sleep, started by a, was still running and was stopped';

  it.skipIf(lacksNamespaces)('ends and names only its own processes where it has the /proc of the host', async () => {
    project.write({ steps: [daemon, { name: 'b' }] });
    const args = ['-p', '-f', '--kill-child', join(bin, 'distro_const'), 'build', 'manifest.xml'];
    const { code, stderr } = await ended('unshare', args);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(named) });
    expect(containmentOf()).toBe('namespaces');
  });

  it.skipIf(lacksNamespaces)('contains its steps otherwise for a root without rights over mounts', async () => {
    project.write({ steps: [daemon, { name: 'b' }] });
    const { code, stderr } = await ended('setpriv', [
      '--bounding-set=-sys_admin',
      join(bin, 'distro_const'),
      'build',
      'manifest.xml',
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(named) });
    expect(containmentOf()).toBe('reaper');
  });

  it.skipIf(lacksNamespaces)(
    'contains its steps otherwise where no further namespaces are allowed, and reports it',
    async () => {
      project.write({ steps: [daemon, { name: 'b' }] });
      const limited = 'echo 0 >/proc/sys/user/max_pid_namespaces && exec "$@"';
      const args = ['-U', '-r', 'sh', '-c', limited, 'sh', join(bin, 'distro_const'), 'build', 'manifest.xml'];
      const { code, stderr } = await ended('unshare', args);
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(named) });
      expect(stderr).toContain('This system refuses namespaces for steps. They are contained by a reaper instead.');
    },
  );
});

describe('a mount that a step leaves behind', () => {
  if (lacksNamespaces !== undefined) return it.skip(`ends with the step (${lacksNamespaces})`);
  const mounted = (): boolean => readFileSync('/proc/self/mounts', 'utf8').includes(join(project.folder, 'area'));
  afterEach(() => {
    if (mounted()) runTool('umount', join(project.area, 'build_data/pkg_image/mnt'));
  });
  const mountStep = { name: 'a', body: 'mkdir -p "$2/mnt"\nmount -t tmpfs tmpfs "$2/mnt"\necho x >"$2/mnt/x"' };

  it('ends with the step', async () => {
    project.write({ steps: [mountStep, { name: 'b', body: 'ls "$2/mnt" >&2' }] });
    expect(await project.build()).toMatchObject({ code: 0 });
    expect(mounted()).toBe(false);
    expect(project.read('build_data/pkg_image/log')).toBe('a\nb\n');
  });

  it('outlives the step where the manifest asks for it, and the checkpoint is refused', async () => {
    project.write({ pairs: KEEP_MOUNTS, steps: [mountStep, { name: 'b' }] });
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain(`umount`);
    expect(mounted()).toBe(true);
  });
});

describe('a step in its namespaces', () => {
  if (lacksNamespaces !== undefined) return it.skip(`is a system as usual (${lacksNamespaces})`);

  it.each([
    [
      'a loop device',
      'truncate -s 4M "$3/image"\nmkfs.ext4 -q "$3/image"\nmkdir "$3/m"\nmount -o loop "$3/image" "$3/m"\numount "$3/m"',
    ],
    ['a /proc in a chroot', 'mkdir "$3/proc"\nmount -t proc proc "$3/proc"\n[ -d "$3/proc/$$" ]\numount "$3/proc"'],
    ['namespaces of its own', 'unshare -m -p -f --mount-proc sh -c "[ \\$\\$ = 1 ]"'],
    ["the host's files that describe formats of programs", '[ "$(ls /proc/sys/fs/binfmt_misc)" = "$EXPECTED" ]'],
  ])('can use %s', async (_what, body) => {
    const env = { EXPECTED: runTool('ls', '/proc/sys/fs/binfmt_misc').trimEnd() };
    project.write({ steps: [{ name: 'a', body: `set -e\n${body}` }] });
    const { code, stderr } = await finished(
      project.start('distro_const', ['build', '--env', 'EXPECTED', 'manifest.xml'], env),
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });
});

describe('what an earlier build has left running', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** The remains of a step of a crashed engine on a system without better containment. */
  async function leave(mark: string): Promise<ChildProcess> {
    const child = spawn('sleep', ['606'], {
      env: { ...process.env, SLIPWAY_AREA: mark },
      stdio: 'ignore',
      detached: true,
    });
    children.push(child);
    await eventually(() => expect(readFileSync(`/proc/${child.pid}/environ`, 'utf8')).toContain(mark));
    return child;
  }

  beforeEach(() => {
    project.write({ steps: [{ name: 'a' }] });
    mkdirSync(join(project.area, 'logs'), { recursive: true });
    writeFileSync(join(project.area, 'logs/run-2026-01-01-00-00-00-000001.jsonl'), '');
  });

  it.skipIf(lacksPerl)('is ended before the next build, and named', async () => {
    const child = await leave(areaIdentity({ mountpoint: project.area }));
    const { code, stderr } = await project.build();
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('the remaining processes of an interrupted build: sleep.'),
    });
    await eventually(() => expect(child.signalCode).toBe('SIGKILL'));
  });

  it.skipIf(lacksPerl)('is left alone when it belongs to another area, and when it started this build', async () => {
    const child = await leave(areaIdentity({ mountpoint: project.folder }));
    const env = { SLIPWAY_AREA: areaIdentity({ mountpoint: project.area }) };
    const { code, stderr } = await finished(project.start('distro_const', ['build', 'manifest.xml'], env));
    expect(code).toBe(0);
    expect(stderr).not.toContain('remaining processes');
    expect(child.signalCode).toBe(null);
  });
});

describe('a reaper that was stopped', () => {
  if (lacksPerl !== undefined) return it.skip(`is continued (${lacksPerl})`);

  it('is continued, so that the build goes on and cancel ends it', async () => {
    const stop = 'kill -STOP $(cut -d" " -f4 /proc/$PPID/stat) $PPID; echo stopped >&2';
    project.write({
      pairs: KEEP_MOUNTS,
      steps: [
        { name: 'a', body: stop },
        { name: 'b', body: `${stop}\nsleep 600` },
      ],
    });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /==== b[^]*stopped/);
    const ended = finished(build);
    expect(await project.run('cancel', 'manifest.xml')).toMatchObject({ code: 0 });
    expect(await ended).toMatchObject({ code: 143 });
    expect(project.ran()).toEqual(['a', 'b']);
  });

  it('is continued, so that cancel ends a build whose processes were all stopped', async () => {
    project.write({ steps: [{ name: 'a', body: 'echo waiting >&2\nsleep 600' }] });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    const ended = finished(build);
    await says(build, /waiting/);
    const { pid = 0 } = build;
    for (const one of [pid, ...descendants(new Set([pid]), listProcesses()).map((child) => child.pid)])
      process.kill(one, 'SIGSTOP');
    expect(await project.run('cancel', 'manifest.xml')).toMatchObject({ code: 0 });
    expect(await ended).toMatchObject({ code: 143 });
  });
});

it('SIGUSR1 opens no debugger in a running build.', async () => {
  project.write({ steps: [{ name: 'a', body: 'echo waiting >&2\nwhile [ ! -e "$2/go" ]; do sleep 0.02; done' }] });
  const build = project.start('distro_const', ['build', 'manifest.xml']);
  const ended = finished(build);
  await says(build, /waiting/);
  build.kill('SIGUSR1');
  // The engine handles signals in their order, so it has handled this one when it ends.
  build.kill('SIGTERM');
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([143, expect.not.stringContaining('Debugger')]);
});
