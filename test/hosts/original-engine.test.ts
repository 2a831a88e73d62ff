// A host with only the original interface. The original does not run here. In its place a command accepts nothing but
// `build` with its four options and passes them to our engine; ZFS is real. Recordings of the original are read in
// test/main/build-hosts/original.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBuildServices } from '../../src-main/services/build-services';
import type { BuildHost } from '../../src-main/build-hosts/build-host';
import type { BuildServices } from '../../src-main/rpc/services';
import { escapeName } from '../../src-shared/name-escapes';
import type { DoctorAnswer } from '../../src-shared/engine-answers/doctor';
import { createLocalTransport } from '../../src-main/transport/local';
import { BuildWatch } from '../support/build-watch';
import { TestProject } from '../support/engine';
import { eventually } from '../support/eventually';
import { originalHost } from '../support/original-host';
import { runTool } from '../support/run-tool';
import { sshHost } from '../support/ssh-host';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd } from '../support/sshd';
import { lacksZfs, zfsPool, type TemporaryPool } from '../support/temp-zpool';

const reason = lacksZfs();

describe.skipIf(reason !== undefined)(`a host with the original engine${reason ? ` (${reason})` : ''}`, () => {
  let pool: TemporaryPool;
  let project: TestProject;
  let watch: BuildWatch;
  let host: BuildHost;
  let path: string;
  /** Stands in for `zfs diff`, which zfs-fuse does not have: it records its arguments and prints this output. */
  let zfsDiff: { argv: string[]; stdout: string } | undefined;
  let count = 0;

  beforeAll(async () => {
    pool = await zfsPool();
  });
  afterAll(() => pool?.dispose());
  beforeEach(() => {
    const area = `${pool.name}/dc${count++}`;
    const body = 'echo "said by $(basename "$0")"; while [ -e "$2/../../../hold" ]; do sleep 0.02; done';
    project = new TestProject({ area, steps: ['a', 'b', 'c'].map((name) => ({ name, body })) });
    path = join(project.folder, 'manifest.xml');
    const transport = createLocalTransport();
    zfsDiff = undefined;
    host = originalHost(project.folder, {
      ...transport,
      run(argv, options) {
        if (!zfsDiff || !argv.includes('diff')) return transport.run(argv, options);
        zfsDiff.argv = [...argv];
        return transport.run(['printf', '%s', zfsDiff.stdout], options);
      },
    });
    watch = new BuildWatch(createBuildServices(host), path);
  });
  afterEach(() => {
    watch.end();
    project.dispose();
  });

  const builds = (): BuildServices['builds'] => watch.services.builds;
  const ended = (runs: number) =>
    watch.until(
      (seen) =>
        seen.runs.size === runs && seen.last?.state !== 'running' && seen.area?.lock.kind === 'free' && seen.last,
    );
  const outcomes = (): string[] => (watch.last?.steps ?? []).map(({ step, outcome }) => `${step}:${outcome}`);

  it('pauses, resumes, and shows it on the timeline', async () => {
    await watch.until(({ area }) => area);
    expect(watch.area).toMatchObject({
      exists: false,
      checkpointing: true,
      lock: { kind: 'free' },
      latestResumable: null,
    });
    await builds().start({ path, pause: 'c' }, {});
    expect(await ended(1)).toMatchObject({ state: 'paused', pausedBefore: 'c', checkpoints: ['a', 'b', 'c'] });
    expect(outcomes()).toEqual(['a:done', 'b:done']);
    await watch.until(({ area }) => area?.latestResumable === 'c');
    expect(
      watch.area?.steps.map(({ step, resumable, freshness }) => `${step} ${resumable} ${freshness?.kind}`),
    ).toEqual(['a true unknown', 'b true unknown', 'c true unknown']);
    expect(await builds().plan({ path, resume: 'b' }, {})).toMatchObject({
      kept: ['a'],
      discarded: ['.step_c'],
      stale: null,
    });
    await builds().start({ path, resume: 'b' }, {});
    await ended(2);
    expect(watch.last).toMatchObject({ state: 'done', resume: 'b' });
    expect(outcomes()).toEqual(['b:done', 'c:done']);
    const { run = '' } = watch.last ?? {};
    let lines = -1;
    for (let isWhole = false; !isWhole;)
      ({ lines, ended: isWhole } = await watch.services.logs.grown({ path, run, step: 'b', have: lines }, {}));
    expect(
      (await watch.services.logs.read({ path, run, step: 'b', from: 0, count: lines }, {})).map(({ text }) => text),
    ).toContain('said by b');
    await expect(builds().plan({ path, resume: 'none' }, {})).rejects.toMatchObject({ code: 'refused' });
  });

  it('reports how long steps take, for any range of runs', async () => {
    await builds().start({ path }, {});
    const first = await ended(1);
    await watch.until(({ area }) => area?.latestResumable === 'c');
    await builds().start({ path, resume: 'c' }, {});
    await ended(2);
    const { run = '' } = watch.last ?? {};
    const status = await host.status(path, run);
    expect(status.runs.map((one) => one.run)).toEqual([run]);
    expect(first && first.run < run).toBe(true);
    for (const { expectedSeconds } of status.steps) expect(expectedSeconds).toBeGreaterThanOrEqual(0);
    expect((await builds().plan({ path }, {})).expectedSeconds).toBeGreaterThanOrEqual(0);
  });

  it('takes no checkpoints where the manifest switches them off', async () => {
    project.edit((manifest) => manifest.replace(/(<checkpoint_enable>)true/, '$1false'));
    await builds().start({ path }, {});
    expect(await ended(1)).toMatchObject({ state: 'done', checkpoints: [] });
    expect(outcomes()).toEqual(['a:done', 'b:done', 'c:done']);
    expect(watch.area).toMatchObject({ checkpointing: false, latestResumable: null });
    await expect(builds().plan({ path, resume: 'b' }, {})).rejects.toMatchObject({ code: 'refused' });
  });

  it('refuses what the original refuses at once, with its message', async () => {
    await watch.until(({ area }) => area);
    await expect(builds().start({ path, resume: 'none' }, {})).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('An invalid step (none) was specified.'),
    });
  });

  it('shows what is in a checkpoint as text, whatever its names are', async () => {
    const name = `$(touch pwned) "it's" \n<b>`;
    writeFileSync(join(project.folder, 'name'), name);
    project.script(
      'a',
      `n=$(cat '${project.folder}/name'); mkdir "$2/$n"; echo "of a" >"$2/$n/$n"; ln -s /etc "$2/etc"`,
    );
    project.script('b', `rm -r "$2"/*`);
    await builds().start({ path }, {});
    await ended(1);
    // zfs-fuse has no .zfs folder, so a clone of the snapshot takes its place.
    const view = join(watch.area?.path ?? '', 'build_data/.zfs/snapshot/.step_b');
    await expect(watch.services.inside.list({ path, step: 'b', folder: '' }, {})).rejects.toMatchObject({
      code: 'missing',
    });
    runTool('zfs', 'clone', '-o', `mountpoint=${view}`, `${project.area}/build_data@.step_b`, `${project.area}/view`);
    const shown = escapeName(name);
    try {
      const { inside } = watch.services;
      const list = async (folder: string) => (await inside.list({ path, step: 'b', folder }, {})).entries;
      expect((await list('')).map((entry) => entry.name).sort()).toEqual(['boot_archive', 'pkg_image', 'tmp']);
      expect((await list('pkg_image')).map((entry) => entry.name).sort()).toEqual([shown, 'etc', 'log']);
      expect(await inside.read({ path, step: 'b', file: `pkg_image/${shown}/${shown}` }, {})).toMatchObject({
        kind: 'text',
        content: 'of a\n',
      });
      await expect(list('pkg_image/etc/ssl')).rejects.toMatchObject({ code: 'missing' });
      await expect(inside.read({ path, step: 'b', file: 'pkg_image/etc/passwd' }, {})).rejects.toMatchObject({
        code: 'missing',
      });
      const { argv } = await host.shellCommand(path, 'b');
      const shell = await host.transport.stream(argv, { env: { SHELL: '/bin/sh' } });
      shell.write('pwd; exit\n');
      const output: Buffer[] = [];
      for await (const chunk of shell.output) output.push(chunk);
      expect(Buffer.concat(output).toString('utf8')).toBe(`${view}\n`);
    } finally {
      await eventually(() => runTool('zfs', 'destroy', `${project.area}/view`));
    }
  });

  it('compares checkpoints by zfs diff', async () => {
    await builds().start({ path }, {});
    await ended(1);
    const root = `${watch.area?.path}/build_data`;
    const lines = [
      `M\t/\t${root}/`,
      `+\tF\t${root}/pkg_image/new\\0040file`,
      `-\t/\t${root}/pkg_image/G\\0303\\0266`,
      `M\t@\t${root}/pkg_image/$(x)`,
      `R\tF\t${root}/a\t${root}/b`,
    ];
    zfsDiff = { argv: [], stdout: `${lines.join('\n')}\n` };
    const { inside } = watch.services;
    const now = await inside.changes({ path, from: 'b' }, {});
    expect(zfsDiff.argv.slice(-2)).toEqual([`${project.area}/build_data@.step_b`, `${project.area}/build_data`]);
    expect(now).toMatchObject({ added: 2, changed: 1, removed: 2, total: 5 });
    expect(now.changes.map(({ change, type, path: file, before }) => [change, type, file, before])).toEqual([
      ['added', 'file', 'pkg_image/new file', null],
      ['removed', 'folder', 'pkg_image/Gö', null],
      ['changed', 'link', 'pkg_image/$(x)', null],
      ['removed', 'file', 'a', null],
      ['added', 'file', 'b', null],
    ]);
    // It compares in one direction only. The other direction is the same with the signs exchanged.
    const back = await inside.changes({ path, from: 'c', to: 'b' }, {});
    expect(zfsDiff.argv.slice(-2)).toEqual(['b', 'c'].map((step) => `${project.area}/build_data@.step_${step}`));
    expect(back.changes[0]).toMatchObject({ change: 'removed', path: 'pkg_image/new file' });
    // illumos writes three digits, and the change of a number of links as a fourth field.
    const illumos = [
      `+\tF\t${root}/pkg_image/new\\040file`,
      `+\tF\t${root}/pkg_image/new\\0401`,
      `M\tF\t${root}/pkg_image/linked\t(+1)`,
      `R\t/\t${root}/G\\303\\266\t${root}/back\\134slash`,
    ];
    zfsDiff = { argv: [], stdout: `${illumos.join('\n')}\n` };
    expect(
      (await inside.changes({ path, from: 'b' }, {})).changes.map(({ change, type, path: file }) => [
        change,
        type,
        file,
      ]),
    ).toEqual([
      ['added', 'file', 'pkg_image/new file'],
      ['added', 'file', 'pkg_image/new 1'],
      ['changed', 'file', 'pkg_image/linked'],
      ['removed', 'folder', 'Gö'],
      ['added', 'folder', String.raw`back\\slash`],
    ]);
    zfsDiff = undefined;
    await expect(inside.changes({ path, from: 'b' }, {})).rejects.toMatchObject({ code: 'snapshot' });
  });

  it('has a checklist', async () => {
    const doctor = async () => host.doctor(path);
    const states = ({ findings }: DoctorAnswer): string[] => findings.map(({ id, state }) => `${id} ${state}`);
    const good = await doctor();
    expect(good.ok).toBe(true);
    expect(states(good)).toEqual([
      'command ok',
      'scripts ok',
      'area ok',
      'pool ok',
      'free-space note',
      'lock ok',
      'packages unknown',
    ]);
    expect(existsSync(join(pool.mountpoint, project.area.slice(pool.name.length + 1)))).toBe(false);
    chmodSync(join(project.folder, 'scripts/b'), 0o644);
    rmSync(join(project.folder, 'scripts/c'));
    const bad = await doctor();
    expect(bad.ok).toBe(false);
    expect(states(bad).slice(1, 3)).toEqual(['script:scripts/b missing', 'script:scripts/c missing']);
    expect(bad.findings[1]?.fix).toBe(`chmod +x ${project.folder}/scripts/b`);
    project.edit((manifest) => manifest.replace(project.area, 'nopoolofthisname/dc'));
    expect(states(await doctor())).toContain('area missing');
  });

  it('shows a build while it runs, and ends it', async () => {
    writeFileSync(join(project.folder, 'hold'), '');
    project.script('b', `while [ -d '${project.folder}' ] && [ ! -e '${project.folder}/go' ]; do sleep 0.05; done`);
    await builds().start({ path }, {});
    await watch.until(({ last }) => last?.steps.at(-1)?.step === 'b');
    await watch.until(({ area }) => area?.lock.kind === 'held');
    const message = watch.area?.noPauseWhileRunning;
    expect(message).toContain('cannot be paused');
    await expect(builds().pauseBefore({ path, step: 'c' }, {})).rejects.toMatchObject({ code: 'unsupported', message });
    expect(await builds().cancel({ path }, {})).toEqual({ step: 'b', resumeFrom: 'b' });
    expect(await ended(1)).toMatchObject({ steps: [{ step: 'a' }, { step: 'b' }] });
    expect(['interrupted', 'cancelled', 'failed']).toContain(watch.last?.state);
  });

  it.skipIf(lacksSshd() !== undefined)('is used over SSH, where nothing is left but the manifest', async () => {
    const home = join(project.folder, 'home');
    mkdirSync(home);
    const server = await startSshd(`SetEnv HOME=${home} PATH=${project.folder}:${process.env['PATH'] ?? ''}`);
    const { host, link } = sshHost(() => loginAt(server), { engine: 'stock' });
    const remote = new BuildWatch(createBuildServices(host), path);
    try {
      await remote.until(({ area }) => area);
      expect(link.view).toMatchObject({
        facts: { engine: 'stock', originalCommand: join(project.folder, 'distro_const') },
      });
      await remote.services.builds.start({ path, pause: 'b' }, {});
      await remote.until(({ last }) => last?.state === 'paused' && last);
      await remote.until(({ area }) => area?.latestResumable === 'b' && area.lock.kind === 'free');
      await remote.services.builds.start({ path, resume: 'b' }, {});
      expect(await remote.until(({ runs, last }) => runs.size === 2 && last?.state === 'done' && last)).toMatchObject({
        steps: [{ step: 'b' }, { step: 'c' }],
      });
      expect(readdirSync(join(home, '.local/share/slipway'))).toEqual(['documents']);
    } finally {
      remote.end();
      link.close();
      await server.stop();
    }
  });

  it('lists its images, and reports why it cannot boot them', async () => {
    project.script('c', 'echo image >"$5/x.iso"');
    await builds().start({ path }, {});
    await ended(1);
    const found = await watch.services.media.list({ path }, {});
    expect(found.media).toMatchObject([{ name: 'log' }, { name: 'x.iso', size: 6, bootable: 'cdrom' }]);
    expect(found.noBootTest).toContain('original command');
    expect((await watch.services.media.checksum({ path, name: 'x.iso' }, {})).sha256).toBe(
      createHash('sha256').update('image\n').digest('hex'),
    );
  });
});
