// The doctor's findings about this host, a manifest's scripts and its build area, through the command.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { doctorAnswer, type Finding } from '../../../src-shared/engine-answers/doctor';
import { bin, finished, says, TestProject, type TestStep } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { hasTool, lacksRootOr, runTool } from '../../support/run-tool';
import { temporaryUser } from '../../support/temp-user';
import { hasKernelZfs, hasZfs, zfsPool } from '../../support/temp-zpool';
import { DoctorProject } from './doctor-project';

const packages = ['bash'];
const states = (findings: readonly Finding[]): string[] => findings.map(({ id, state }) => `${id} ${state}`);

describe('the doctor', () => {
  it('reports without a manifest what the host can do, and passes', async () => {
    const project = new TestProject();
    onTestFinished(() => project.dispose());
    const { code, stdout } = await project.run('doctor', '--json');
    const { ok, findings } = doctorAnswer.parse(JSON.parse(stdout));
    const ids = findings.map(({ id }) => id);
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(ids.slice(0, 4)).toEqual(['system', 'node', 'privileges', 'zfs']);
    expect(ids).toContain('tool:xorriso');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('reports the same findings in the same order as text and as JSON', async () => {
    const project = new DoctorProject({ packages });
    const { findings } = await project.examine();
    expect(findings.map(({ id }) => id)).toEqual(
      'system node privileges repository-clock manifest file-system area free-space packages scripts lock'.split(' '),
    );
    const { stdout, code } = await project.run('doctor', 'manifest.xml');
    expect(code).toBe(0);
    expect(stdout).toContain(`ok      build area: ${project.area}, not created yet\n`);
    expect(stdout).toContain('ok      scripts: 1 script, all can start\n');
  });

  it('refuses unknown arguments and a manifest that cannot be read', async () => {
    const project = new DoctorProject({ packages });
    for (const args of [['--user', 'joe', 'manifest.xml'], ['--rights'], ['a', 'b']])
      expect((await project.run('doctor', ...args)).code).toBe(2);
    const { code, stdout } = await project.run('doctor', '--json', 'none.xml');
    expect({ code, answer: JSON.parse(stdout) as object }).toMatchObject({
      code: 1,
      answer: { error: { code: 'manifest' } },
    });
  });

  it('checks a text that is being edited in the place of the file', async () => {
    const project = new DoctorProject({ packages });
    const edited = readFileSync(join(project.folder, 'manifest.xml'), 'utf8').replaceAll(
      'scripts/im-pop',
      'scripts/other',
    );
    project.file('edited.xml', edited);
    const command = `'${bin}/distro_const' doctor --stdin --json manifest.xml <edited.xml`;
    const { stdout } = await finished(project.spawn(['sh', '-c', command]));
    expect(doctorAnswer.parse(JSON.parse(stdout)).findings).toContainEqual(
      expect.objectContaining({ id: 'script:scripts/other', state: 'missing' }),
    );
    expect((await project.examine()).of('script')).toEqual([]);
  });

  it('blocks a manifest with errors', async () => {
    const project = new DoctorProject({ steps: [{ name: 'a:b' }, { name: 'a:b' }], packages });
    const answer = await project.examine();
    expect(answer.of('manifest')).toMatchObject([{ state: 'missing', fix: 'distro_const validate manifest.xml' }]);
    expect(answer.code).toBe(1);
  });

  it('reports Node as missing where scripts would not find it', async () => {
    const project = new DoctorProject({ packages });
    const command = [
      join(import.meta.dirname, '../../../out/engine/distro_const.cjs'),
      'doctor',
      '--json',
      'manifest.xml',
    ];
    const { stdout } = await finished(project.startNode(command, { PATH: '/nowhere' }));
    const { findings } = doctorAnswer.parse(JSON.parse(stdout));
    expect(findings.find(({ id }) => id === 'node')).toMatchObject({
      state: 'missing',
      fix: expect.stringMatching(/^PATH=/),
    });
  });
});

describe('scripts', () => {
  /** Replaces the scripts of the project by these bytes, and runs the doctor. */
  const examine = async (scripts: Readonly<Record<string, string | Buffer>>) => {
    const steps: TestStep[] = Object.keys(scripts).map((name) => ({ name }));
    const project = new DoctorProject({ steps, packages });
    for (const [name, content] of Object.entries(scripts)) project.file(`scripts/${name}`, content);
    return { project, answer: await project.examine() };
  };

  it('are missing when they would not start, each with a fix that works', async () => {
    const { project, answer } = await examine({
      crlf: '#!/bin/sh\r\ntrue\r\n',
      old: '#!/usr/bin/python2.6\n',
      env: '#!/usr/bin/env -S no-such-thing -u\n',
      text: 'echo hello\n',
      mode: '#!/bin/sh\n',
      gone: '',
    });
    expect(answer.code).toBe(1);
    chmodSync(join(project.folder, 'scripts/mode'), 0o644);
    rmSync(join(project.folder, 'scripts/gone'));
    const broken = await project.examine();
    const found = Object.fromEntries(
      broken.of('script').map(({ id, state, detail, fix }) => [id.slice(15), { state, detail, fix }]),
    );
    expect(found).toMatchObject({
      crlf: { state: 'missing', detail: expect.stringContaining('Windows') },
      old: { detail: expect.stringContaining('/usr/bin/python2.6'), fix: expect.stringContaining('Python 3') },
      env: { detail: expect.stringContaining('no-such-thing'), fix: expect.stringContaining('no-such-thing') },
      text: { fix: expect.stringContaining('#!/bin/sh') },
      mode: { detail: 'is not executable', fix: 'chmod +x scripts/mode' },
      gone: { detail: 'does not exist, needed by gone', fix: expect.stringContaining(project.folder) },
    });
    for (const name of ['crlf', 'mode'])
      runTool('sh', '-c', `cd "$1" && ${found[name]?.fix ?? ''}`, 'sh', project.folder);
    expect((await project.examine()).of('script').map(({ id }) => id.slice(15))).toEqual([
      'old',
      'env',
      'text',
      'gone',
    ]);
  });

  it('are a note when they may fail on the way, and fine when they are programs or in other languages', async () => {
    const { answer } = await examine({
      late: '#!/bin/sh\ntrue\r\n',
      perl: '#!/usr/bin/env perl\nprint 1;\r\n',
      program: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0]),
    });
    expect(states(answer.of('script'))).toEqual(['script:scripts/late note']);
    expect(answer.code).toBe(0);
  });

  it('have to be on PATH when their name has no slash', async () => {
    const project = new DoctorProject({ packages });
    project.edit((text) => text.replace('scripts/im-pop', 'my-step')).file('my-step', '#!/bin/sh\n');
    chmodSync(join(project.folder, 'my-step'), 0o755);
    expect((await project.examine()).of('script')).toMatchObject([
      { state: 'missing', fix: 'Write ./my-step in the manifest.' },
    ]);
    expect((await project.examine(project.pathWith(project.folder))).of('scripts')).toMatchObject([{ state: 'ok' }]);
  });

  it('are checked for the tools that they declare, and for no others', async () => {
    const { answer } = await examine({
      says: '#!/bin/sh\n. ./common.sh\nneeds sh no-such-tool:its-package\n',
      too: '#!/bin/bash\nneeds sh\n',
      other: '#!/usr/bin/perl\nneeds no-such-thing\n',
      prose: '#!/bin/sh\n# \nneeds "a wash"\n',
    });
    expect(answer.of('tool')).toEqual([
      { id: 'tool:sh', title: 'tool sh', state: 'ok', detail: 'needed by says, too' },
      {
        id: 'tool:no-such-tool',
        title: 'tool no-such-tool',
        state: 'missing',
        detail: 'not installed, needed by says',
        fix: expect.stringMatching(
          hasTool('apt-get') ? /apt-get install --no-install-recommends its-package$/ : /its-package/,
        ),
      },
    ]);
    expect(answer.code).toBe(1);
  });
});

describe('the build area', () => {
  it('is missing when it cannot be resolved, and everything else is still checked', async () => {
    const answer = await new DoctorProject({ packages, area: 'only-a-pool' }).examine();
    expect(answer.of('area')).toMatchObject([{ state: 'missing', fix: expect.any(String) }]);
    expect(answer.of('scripts')).toMatchObject([{ state: 'ok' }]);
    expect(answer.code).toBe(1);
  });

  it('is missing while a build holds it; what a dead one left is a note', async () => {
    const steps = [{ name: 'im-pop', body: 'mkfifo "$2/wait"; echo waits >&2; read -r line <"$2/wait"' }];
    const project = new DoctorProject({ steps, packages });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /waits/);
    const answer = await project.examine();
    expect(answer.of('lock')).toMatchObject([
      { state: 'missing', detail: expect.stringContaining(`process ${build.pid} `) },
    ]);
    expect(answer.of('extended-attributes')).toHaveLength(1);
    expect(answer.code).toBe(1);
    const ended = finished(build);
    build.kill('SIGKILL');
    await ended;
    expect((await project.examine()).of('lock')).toMatchObject([{ state: 'note' }]);
  });

  it.skipIf(lacksRootOr('runuser') !== undefined)('needs a folder that an ordinary user can write to', async () => {
    const user = temporaryUser();
    onTestFinished(() => user.remove());
    const own = mkdtempSync(join(tmpdir(), 'slipway-own-'));
    onTestFinished(() => rmSync(own, { recursive: true }));
    chmodSync(own, 0o777);
    const privileges = async (area: string) => {
      const project = new DoctorProject({ packages, area });
      chmodSync(project.folder, 0o755);
      const { code, stdout } = await finished(project.startAs(user.name, ['doctor', '--json', 'manifest.xml']));
      return { code, found: doctorAnswer.parse(JSON.parse(stdout)).findings.find(({ id }) => id === 'privileges') };
    };
    expect(await privileges(join(own, 'area'))).toMatchObject({ code: 0, found: { state: 'note' } });
    expect(await privileges('/root/area')).toMatchObject({
      code: 1,
      found: { state: 'missing', fix: expect.stringContaining('doctor --rights manifest.xml') },
    });
  });

  it.skipIf(lacksRootOr('mount') !== undefined)('refuses an area whose build data is hidden by a mount', async () => {
    const project = new DoctorProject({ packages });
    const data = join(project.area, 'build_data');
    mkdirSync(data, { recursive: true });
    runTool('mount', '-t', 'tmpfs', 'tmpfs', data);
    onTestFinished(() => {
      runTool('umount', data);
    });
    const { findings } = await project.examine();
    expect(findings.find(({ id }) => id === 'area')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining(data),
      fix: expect.stringContaining('umount'),
    });
  });

  it.skipIf(lacksRootOr('mount') !== undefined)('needs room for the size of the last build', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-tmpfs-'));
    runTool('mount', '-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', folder);
    onTestFinished(() => {
      runTool('umount', folder);
      rmSync(folder, { recursive: true });
    });
    const steps = [{ name: 'im-pop', body: 'head -c 12000000 /dev/urandom >"$2/data"' }, { name: 'iso' }];
    const project = new DoctorProject({ steps, packages, area: join(folder, 'area') });
    expect((await project.examine()).of('free-space')).toMatchObject([{ state: 'note', detail: /^48\.0 MiB free/ }]);
    expect((await project.build()).code).toBe(0);
    expect((await project.examine()).of('free-space')).toMatchObject([
      { state: 'ok', detail: /about 11\.\d MiB needed$/ },
    ]);
    runTool('fallocate', '-l', `${20 * 1024 * 1024}`, join(folder, 'other'));
    const full = await project.examine();
    expect(full.of('free-space')).toMatchObject([
      { state: 'missing', fix: expect.stringMatching(/^Free \d+\.\d MiB more in the file system of .*area\.$/) },
    ]);
    expect(full.code).toBe(1);
  });

  it.skipIf(!hasZfs)('on ZFS is judged by its pool and its dataset', async () => {
    const pool = await zfsPool();
    onTestFinished(() => pool.dispose());
    const dataset = `${pool.name}/area`;
    const steps = [{ name: 'im-pop', body: 'head -c 12000000 /dev/urandom >"$2/data"' }, { name: 'iso' }];
    const project = new DoctorProject({ steps, packages, area: dataset });
    const look = async (id: string) => (await project.examine()).of(id);
    expect(await look('file-system')).toMatchObject([{ state: 'ok', detail: `pool ${pool.name} is ONLINE, 0 % full` }]);
    expect(await look('free-space')).toMatchObject([{ state: 'note' }]);
    expect((await project.build()).code).toBe(0);
    expect(await look('free-space')).toMatchObject([{ state: 'ok', detail: /about 11\.\d MiB needed$/ }]);

    runTool('zfs', 'set', 'quota=20M', dataset);
    expect(await look('free-space')).toMatchObject([
      {
        state: 'missing',
        fix: expect.stringMatching(`^Free .* MiB more in the pool of ${dataset}, or raise the quota of ${dataset}\\.$`),
      },
    ]);
    for (const name of ['build_data', 'media', 'logs'])
      await eventually(() => runTool('zfs', 'unmount', `${dataset}/${name}`));
    await eventually(() => runTool('zfs', 'unmount', dataset));
    expect(await look('file-system')).toMatchObject([{ state: 'missing', fix: `zfs mount ${dataset}` }]);
  });

  const reason = !hasZfs
    ? 'needs ZFS'
    : hasKernelZfs()
      ? undefined
      : 'zfs-fuse does not tell that a dataset is read-only';
  it.skipIf(reason !== undefined)(
    `below a read-only dataset cannot be made${reason ? ` (${reason})` : ''}`,
    async () => {
      const pool = await zfsPool();
      onTestFinished(() => pool.dispose());
      runTool('zfs', 'create', '-o', 'readonly=on', `${pool.name}/fixed`);
      const steps = [{ name: 'im-pop' }, { name: 'iso' }];
      const answer = await new DoctorProject({ steps, packages, area: `${pool.name}/fixed/area` }).examine();
      expect(answer.of('file-system')).toMatchObject([
        { state: 'missing', fix: `zfs set readonly=off ${pool.name}/fixed` },
      ]);
      expect(answer.of('area')).toMatchObject([{ state: 'ok', detail: expect.stringContaining('not created yet') }]);
    },
  );

  it('is not changed by the doctor', async () => {
    const project = new DoctorProject({ packages });
    mkdirSync(project.area);
    const before = statSync(project.area).ino;
    await project.examine();
    expect({ ino: statSync(project.area).ino, files: runTool('ls', '-A', project.area) }).toEqual({
      ino: before,
      files: '',
    });
  });
});
