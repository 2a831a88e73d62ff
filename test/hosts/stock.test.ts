// A host with only the original interface. The original itself does not run here: a command that takes nothing but `build` with its four
// options, and hands them to our engine, stands in its place; ZFS is real.
// Recordings of the original itself are read in test/main/stock.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBuildServices } from '../../src-main/build-services';
import { createStockHost } from '../../src-main/hosts/stock/stock-host';
import type { BuildServices } from '../../src-main/rpc/services';
import { createLocalTransport } from '../../src-main/transport/local';
import { ENGINE } from '../support/build-host';
import { BuildWatch } from '../support/build-watch';
import { TestProject } from '../support/engine';
import { sshHost } from '../support/ssh-host';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd } from '../support/sshd';
import { lacksZfs, zfsPool, type TemporaryPool } from '../support/temp-zpool';

const reason = lacksZfs();

describe.skipIf(reason !== undefined)(`a stock host${reason ? ` (${reason})` : ''}`, () => {
  let pool: TemporaryPool;
  let project: TestProject;
  let watch: BuildWatch;
  let path: string;
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
    const stock = join(project.folder, 'distro_const');
    writeFileSync(
      stock,
      `#!/bin/sh
[ "$1" = build ] || { echo "Error: no such subcommand" >&2; exit 2; }
for word; do case $word in -l|-R|-p|-r|build|[!-]*) ;; *) exit 2;; esac; done
exec '${process.execPath}' '${join(ENGINE, 'distro_const.cjs')}' "$@"
`,
    );
    chmodSync(stock, 0o755);
    const host = createStockHost({
      transport: createLocalTransport(),
      command: async () => stock,
      place: async (manifest) => manifest,
      reachable: async () => undefined,
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

  it('shows a step that fails, and resumes when it is mended', async () => {
    project.script('b', 'echo "no such file" >&2; exit 7');
    await builds().start({ path }, {});
    await ended(1);
    expect(watch.last).toMatchObject({ state: 'failed', exitCode: 1 });
    expect(outcomes()).toEqual(['a:done', 'b:failed']);
    project.script('b', '');
    await watch.until(({ area }) => area?.latestResumable === 'b');
    await builds().start({ path, resume: 'b' }, {});
    expect(await ended(2)).toMatchObject({ state: 'done', resume: 'b' });
  });

  it('shows a build while it runs, and ends it', async () => {
    writeFileSync(join(project.folder, 'hold'), '');
    project.script('b', `while [ ! -e '${project.folder}/go' ]; do sleep 0.05; done`);
    await builds().start({ path }, {});
    await watch.until(({ last }) => last?.steps.at(-1)?.step === 'b');
    await watch.until(({ area }) => area?.lock.kind === 'held');
    await expect(builds().pauseBefore({ path, step: 'c' }, {})).rejects.toMatchObject({ code: 'unsupported' });
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
      expect(link.view).toMatchObject({ facts: { engine: 'stock', version: join(project.folder, 'distro_const') } });
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

  it('lists its images, and says in words what it cannot do', async () => {
    project.script('c', 'echo image >"$5/x.iso"');
    await builds().start({ path }, {});
    await ended(1);
    const found = await watch.services.media.list({ path }, {});
    expect(found.media).toMatchObject([{ name: 'log' }, { name: 'x.iso', size: 6, bootable: 'cdrom' }]);
    expect(found.noBootTest).toContain('original command');
    expect((await watch.services.media.checksum({ path, name: 'x.iso' }, {})).sha256).toBe(
      createHash('sha256').update('image\n').digest('hex'),
    );
    await expect(builds().prune({ path, stale: true, remove: true }, {})).rejects.toMatchObject({
      code: 'unsupported',
    });
    // zfs-fuse shows no .zfs folder: what is read there must be missed in words.
    await expect(watch.services.inside.list({ path, step: 'b', folder: '' }, {})).rejects.toMatchObject({
      code: 'missing',
    });
  });
});
