// A host with only the original, reached over a real sshd, with real ZFS. The original does not run here: a stand-in prints the lines of
// its recorded runs and has its defects (test/support/original-stand-in.mjs).
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BuildHost } from '../../src-main/build-hosts/build-host';
import type { BuildServices } from '../../src-main/rpc/services';
import { createBuildServices } from '../../src-main/services/build-services';
import type { HostLink } from '../../src-main/ssh-connections/host-link';
import type { RunView } from '../../src-shared/runs/run-view';
import { BuildWatch } from '../support/build-watch';
import { TestProject } from '../support/engine';
import { eventually } from '../support/eventually';
import { originalCommand } from '../support/original-command';
import { runTool } from '../support/run-tool';
import { sshHost } from '../support/ssh-host';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { lacksZfs, zfsPool, type TemporaryPool } from '../support/temp-zpool';

const reason = lacksZfs() ?? lacksSshd();

describe.skipIf(reason !== undefined)(`A host with the original as it is${reason ? ` (${reason})` : ''}:`, () => {
  let pool: TemporaryPool;
  let server: SshServer;
  let project: TestProject;
  let path: string;
  let host: BuildHost;
  let link: HostLink;
  let watch: BuildWatch;
  let areas = 0;

  beforeAll(async () => {
    pool = await zfsPool();
  });
  afterAll(() => pool?.dispose());
  beforeEach(async () => {
    const area = `${pool.name}/dc${areas++}`;
    project = new TestProject({
      area,
      steps: ['a', 'b', 'c'].map((name) => ({ name, body: `echo "output of ${name}"; echo "warning of ${name}" >&2` })),
    });
    path = join(project.folder, 'manifest.xml');
    const home = join(project.folder, 'home');
    mkdirSync(home);
    originalCommand(project.folder);
    server = await startSshd(`SetEnv HOME=${home} PATH=${project.folder}:${process.env['PATH'] ?? ''}`);
    ({ host, link } = sshHost(() => loginAt(server), { engine: 'stock' }));
    watch = new BuildWatch(createBuildServices(host), path);
  });
  afterEach(async () => {
    watch.end();
    link.close();
    await server.stop();
    project.dispose();
  });

  const builds = (): BuildServices['builds'] => watch.services.builds;
  const calls = (): string[] =>
    existsSync(join(project.folder, 'calls')) ? readFileSync(join(project.folder, 'calls'), 'utf8').split('\n') : [];
  const snapshot = (step: string): string => `${project.area}/build_data@.step_${step}`;
  const isFree = (): boolean => watch.area?.lock.kind === 'free';

  /** Builds, and returns the run as the host reports it afterwards. */
  async function build(choice: { resume?: string; pause?: string } = {}): Promise<RunView> {
    const known = (await host.status(path)).runs.map(({ run }) => run);
    await builds().start({ path, ...choice }, {});
    // A build that waits in the queue has its run later.
    let ended: RunView | undefined;
    await eventually(async () => {
      const status = await host.status(path);
      expect(status.lock.kind).toBe('free');
      // Interrupted is what a run is called whose end is not yet in its log.
      ended = status.runs.find(({ run, state }) => !known.includes(run) && !['running', 'interrupted'].includes(state));
      expect(ended).toBeDefined();
    });
    if (!ended) throw new Error('no run');
    const { run, state } = ended;
    await watch.until(({ runs }) => isFree() && runs.get(run)?.state === state);
    return ended;
  }
  const outcomes = ({ steps }: RunView): string[] => steps.map(({ step, outcome }) => `${step}:${outcome}`);

  /** Starts a build that waits in step b until the file `go` is there. */
  async function hold(): Promise<string> {
    project.script('b', `while [ -d '${project.folder}' ] && [ ! -e '${project.folder}/go' ]; do sleep 0.05; done`);
    const { run = '' } = await builds().start({ path }, {});
    await eventually(async () => {
      const { lock, runs } = await host.status(path);
      expect([lock.kind, runs.at(-1)?.run, runs.at(-1)?.steps.at(-1)?.step]).toEqual(['held', run, 'b']);
    });
    return run;
  }

  it('A rollback that fails makes the run a failed one, although the original reports success.', async () => {
    expect(await build()).toMatchObject({ state: 'done', checkpoints: ['a', 'b', 'c'] });
    runTool('zfs', 'clone', snapshot('c'), `${project.area}/clone`);
    const run = await build({ resume: 'b' });
    expect(run).toMatchObject({ state: 'failed', exitCode: 1, checkpoints: [] });
    expect(outcomes(run)).toEqual(['b:failed', 'c:failed']);
    let lines = -1;
    for (let isWhole = false; !isWhole;)
      ({ lines, ended: isWhole } = await watch.services.logs.grown({ path, run: run.run, have: lines }, {}));
    const log = await watch.services.logs.read({ path, run: run.run, from: 0, count: lines }, {});
    const texts = log.map(({ text }) => text).join('\n');
    expect(texts).toMatch(/cannot rollback to .*clones/);
    expect(texts).toContain('The rollback to the checkpoint before b failed.');
    expect(texts).toContain('The checkpoint before c could not be taken.');
    expect(texts).toContain('Build is successful.');
    const streams = log.filter(({ text }) => / of b$/.test(text)).map(({ text, stream }) => `${stream}: ${text}`);
    expect(streams.sort()).toEqual(['stderr: warning of b', 'stdout: output of b']);
    await eventually(() => runTool('zfs', 'destroy', `${project.area}/clone`));
  });

  it('A checkpoint that cannot be taken makes the run a failed one, and is not claimed.', async () => {
    project.script('a', `zfs snapshot '${snapshot('b')}'`);
    const run = await build();
    expect(run).toMatchObject({ state: 'failed', exitCode: 1, checkpoints: ['a', 'c'] });
    expect(outcomes(run)).toEqual(['a:done', 'b:done', 'c:done']);
  });

  it('A script that was edited makes later checkpoints stale, and a plan names it.', async () => {
    await build();
    const built = await host.status(path);
    expect(built.latestResumable).toBe('c');
    expect(built.steps.map(({ freshness }) => freshness?.kind)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(built.steps[2]?.freshness).not.toHaveProperty('isUnrecorded');
    expect(await builds().plan({ path }, {})).toMatchObject({ suggested: 'c', stale: null });
    project.script('a', 'echo edited');
    const { steps } = await host.status(path);
    expect(steps.map(({ freshness }) => freshness?.kind)).toEqual(['unknown', 'stale', 'stale']);
    expect(await builds().plan({ path, resume: 'c' }, {})).toMatchObject({
      freshness: { kind: 'stale', step: 'a', reasons: ['The script `scripts/a` has changed.'] },
      suggested: null,
    });
  });

  it('A manifest that was edited is reported as the original reports it, for saved and unsaved text.', async () => {
    await build();
    const text = readFileSync(path, 'utf8').replace('Step c', 'Another message');
    const stale = {
      kind: 'stale',
      reasons: [expect.stringMatching(/^The manifest file has changed since .*`a`, `b`/)],
    };
    expect((await host.editedStatus(path, text)).steps[1]).toMatchObject({ freshness: stale });
    project.file('manifest.xml', text);
    expect((await host.status(path)).steps[1]).toMatchObject({ freshness: stale });
  });

  it('A build that another program started has checkpoints of which nothing is recorded, and none behind a step is recommended.', async () => {
    runTool(join(project.folder, 'distro_const'), 'build', path);
    const { steps, latestResumable } = await host.status(path);
    expect(latestResumable).toBe('c');
    expect(steps[2]?.freshness).toMatchObject({ kind: 'unknown', isUnrecorded: true });
    expect(await builds().plan({ path }, {})).toMatchObject({ suggested: 'a' });
  });

  it('Whether inputs of a failed step have changed is not known.', async () => {
    await build();
    project.script('b', 'exit 3');
    const failed = await build({ resume: 'b' });
    expect(failed).toMatchObject({ state: 'failed' });
    expect(await builds().changedSinceGood({ path, run: failed.run, step: 'b' }, {})).toMatchObject({
      changes: [],
      isKnown: false,
    });
  });

  it('Watching a build runs nothing that writes: the tree is that of an unwatched build.', async () => {
    const body = 'rmdir "$3" "$4"; sleep 0.3; ls -A "$2/.."';
    for (const name of ['a', 'b', 'c']) project.script(name, name === 'b' ? body : '');
    const unwatched = join(pool.mountpoint, 'unwatched');
    const listing = (): string => runTool('sh', '-c', `cd '${area()}/build_data' && find . | sort`);
    const area = (): string => runTool('zfs', 'get', '-H', '-o', 'value', 'mountpoint', project.area).trim();
    runTool(join(project.folder, 'distro_const'), 'build', path);
    writeFileSync(unwatched, listing());
    rmSync(join(project.folder, 'calls'));
    const { run = '' } = await builds().start({ path }, {});
    while ((await host.status(path)).lock.kind !== 'free') await host.status(path);
    expect((await host.status(path)).runs.find((one) => one.run === run)).toMatchObject({ state: 'done' });
    expect(listing()).toBe(readFileSync(unwatched, 'utf8'));
    expect(calls().filter(Boolean)).toEqual([expect.stringMatching(/^build \S+manifest\.xml$/)]);
  });

  it('A build that runs is shown and can be stopped after the clock of the host was set back.', async () => {
    const { area } = await host.status(path);
    const logs = join(area.path, 'logs');
    runTool('zfs', 'create', '-p', project.area);
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(logs, 'detail-log-2099-01-01-00-00-00'), 'Build started\nBuild is successful.\n');
    const run = await hold();
    expect(await builds().cancel({ path }, {})).toMatchObject({ step: 'b' });
    expect((await host.status(path)).runs.find((one) => one.run === run)).toMatchObject({ state: 'cancelled' });
  });

  it('Of two windows that start a build at once, one is refused.', async () => {
    const other = sshHost(() => loginAt(server), { engine: 'stock' });
    try {
      const { area } = await host.status(path);
      await other.host.status(path);
      project.script('b', `while [ -d '${project.folder}' ] && [ ! -e '${project.folder}/go' ]; do sleep 0.05; done`);
      const logs = join(area.path, 'logs');
      const started = await Promise.allSettled([host, other.host].map((one) => one.start(path, logs, {})));
      expect(started.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const refused = started.find((one) => one.status === 'rejected');
      expect(refused?.reason).toMatchObject({ code: 'locked' });
      expect(readdirSync(logs).filter((name) => name.startsWith('detail'))).toHaveLength(1);
      project.file('go', '');
      await eventually(async () => expect((await host.status(path)).lock.kind).toBe('free'));
      // The end of the build gives the area to the next one.
      await eventually(async () => expect((await build()).state).toBe('done'));
    } finally {
      other.link.close();
    }
  });

  it('A build whose log was compressed is shown with the command that makes it readable, and another can follow.', async () => {
    const { run } = await build();
    const { area } = await host.status(path);
    const log = join(area.path, 'logs', run.replace('run-', 'detail-log-'));
    runTool('xz', log);
    const packed = (await host.status(path)).runs;
    expect(packed).toMatchObject([{ run, problem: expect.stringContaining(`xz -dc ${log}.xz >${log}`) }]);
    await expect(watch.services.logs.grown({ path, run, have: -1 }, {})).rejects.toMatchObject({
      code: 'missing',
      message: expect.stringContaining('compressed'),
    });
    expect(await build()).toMatchObject({ state: 'done' });
  });

  it('A stopped build is shown as stopped, with its pause before, and leaves no socket.', async () => {
    project.script('b', `while [ -d '${project.folder}' ]; do sleep 0.05; done`);
    const { run = '' } = await builds().start({ path, pause: 'c' }, {});
    await eventually(async () => {
      const { runs } = await host.status(path);
      expect(runs.at(-1)).toMatchObject({ pause: 'c', steps: [{ step: 'a' }, { step: 'b' }] });
    });
    const { lock } = await host.status(path);
    expect(existsSync(`/tmp/ManifestServ.${lock.owner?.pid}`)).toBe(true);
    expect(await builds().cancel({ path }, {})).toEqual({ step: 'b', resumeFrom: 'b' });
    const ended = await watch.until(({ runs }) => runs.get(run)?.state === 'cancelled' && runs.get(run));
    expect(ended).toMatchObject({ steps: [{ outcome: 'done' }, { outcome: 'cancelled' }] });
    expect(existsSync(`/tmp/ManifestServ.${lock.owner?.pid}`)).toBe(false);
  });

  it('What the original would end with a traceback for is refused beforehand.', async () => {
    await build();
    const { area } = await host.status(path);
    rmSync(join(area.path, '.step_b'));
    await expect(builds().plan({ path, resume: 'c' }, {})).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('.step_b is missing'),
    });
    const { latestResumable, steps } = await host.status(path);
    expect([latestResumable, steps.map(({ resumable }) => resumable)]).toEqual(['a', [true, false, false]]);
    const other = join(project.folder, 'manifest.txt');
    writeFileSync(other, readFileSync(path));
    const refusal = { code: 'refused', message: expect.stringContaining('names end with .xml') };
    await expect(host.plan(other, {})).rejects.toMatchObject(refusal);
    await expect(host.start(other, join(area.path, 'logs'), {})).rejects.toMatchObject(refusal);
  });

  it('The checklist has what the export report has, and what an earlier build left running.', async () => {
    const details = async (): Promise<string> => {
      const { ok, findings } = await host.doctor(path);
      return `${ok} ${findings.flatMap(({ state, detail }) => (state === 'missing' ? [detail] : [])).join('; ')}`;
    };
    expect(await details()).toBe('true ');
    project.edit((text) => text.replace('Step a', 'It&apos;s a'));
    expect(await details()).toMatch(/^false .*apostrophe without its partner/);
    project.edit((text) =>
      text.replace('It&apos;s a', 'Step a').replace('<checkpoint_enable>', '<checkpoint_enable resume_from="zzz">'),
    );
    expect(await details()).toMatch(/^false .*zzz, which is no step/);
    project.edit((text) => text.replace(' resume_from="zzz"', ''));
    project.script('b', `sleep 600 & echo $! >'${project.folder}/left'; kill -9 $PPID`);
    const { area } = await host.status(path);
    await builds().start({ path }, {});
    await eventually(() => expect(existsSync(join(project.folder, 'left'))).toBe(true));
    const orphan = project.spawn(['sh', '-c', 'sleep 600; :', 'sh', `${area.path}/build_data/pkg_image`]);
    await eventually(async () => expect(await details()).toMatch(/^false .*an earlier build left running/));
    orphan.kill();
    process.kill(Number(readFileSync(join(project.folder, 'left'), 'utf8')));
  });

  it('The checklist has a note about steps that run one script, and none once a symbolic link gives each its own.', async () => {
    const notes = async (): Promise<string[]> => {
      const { ok, findings } = await host.doctor(path);
      expect(ok).toBe(true);
      return findings.flatMap(({ state, title, detail }) => (state === 'note' && title === 'manifest' ? [detail] : []));
    };
    expect(await notes()).toEqual([]);
    project.edit((text) => text.replace('scripts/c"', 'scripts/b"'));
    expect(await notes()).toEqual([
      expect.stringMatching(/^Several steps run scripts\/b, .* only the first checkpoint/),
    ]);
    symlinkSync('b', join(project.folder, 'scripts/also-b'));
    let place = 0;
    project.edit((text) => text.replace(/scripts\/b"/g, (name) => (place++ === 0 ? name : 'scripts/also-b"')));
    expect(await notes()).toEqual([]);
    expect(await build()).toMatchObject({ state: 'done', checkpoints: ['a', 'b', 'c'] });
  });

  it('The plan obeys resume_from, and checkpoint_enable as the original reads it.', async () => {
    project.edit((text) => text.replace('<checkpoint_enable>true', '<checkpoint_enable>0'));
    expect(await build()).toMatchObject({ state: 'done', checkpoints: ['a', 'b', 'c'] });
    expect(watch.area).toMatchObject({ checkpointing: true });
    project.edit((text) => text.replace('<checkpoint_enable>0', '<checkpoint_enable resume_from="b">true'));
    expect(await builds().plan({ path }, {})).toMatchObject({ resume: 'b', kept: ['a'] });
    expect(await build()).toMatchObject({ resume: 'b' });
    project.edit((text) => text.replace('resume_from="b"', 'resume_from="zzz"'));
    await expect(builds().plan({ path }, {})).rejects.toMatchObject({ code: 'refused' });
  });

  it('A plain folder has no checkpoints because of its place, and not because of the manifest.', async () => {
    project.edit((text) => text.replace(project.area, join(project.folder, 'plain')));
    const status = await host.status(path);
    expect(status).toMatchObject({ checkpointing: false });
    expect(status.noCheckpoints).toMatch(/no ZFS dataset is mounted at .*plain/);
    project.edit((text) => text.replace('<checkpoint_enable>true', '<checkpoint_enable>False'));
    expect(await host.status(path)).not.toHaveProperty('noCheckpoints');
  });
});
