import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished, says } from '../../support/engine';
import { count } from '../../support/faults/count';
import { FreshnessProject } from '../../support/freshness-project';

let project: FreshnessProject;
beforeEach(() => void (project = new FreshnessProject()));
afterEach(() => project.dispose());

describe('a checkpoint is current after', () => {
  it.each<[change: string, change_: () => void]>([
    [
      'a link to the same script',
      () => {
        renameSync(project.path('scripts/a'), project.path('scripts/a2'));
        symlinkSync('a2', project.path('scripts/a'));
      },
    ],
    ['another mode of a script', () => chmodSync(project.path('scripts/a'), 0o700)],
    [
      'another file with the same content',
      () => {
        cpSync(project.path('scripts/a'), project.path('scripts/z'));
        project.edit((text) => text.replace('scripts/a"', 'scripts/z"'));
      },
    ],
    [
      'a move of the whole document',
      () => {
        for (const name of ['scripts', 'manifest.xml'])
          cpSync(project.path(name), project.path(`moved/${name}`), { recursive: true });
        project.edit(() => readFileSync(project.path('moved/manifest.xml'), 'utf8'));
      },
    ],
    ['a file that was written again with the same bytes', () => void project.file('declared', '1').file('conf', '1')],
  ])('%s', async (_, change) => {
    await project.buildWithInputs();
    change();
    expect(await project.freshness()).toBe('current');
  });
});

describe('a checkpoint is stale, with the reason, after', () => {
  it.each<[change: string, change_: () => void, reason: string]>([
    ['a script was edited', () => project.append('scripts/a'), '`a`: its script scripts/a was edited'],
    ['a script was removed', () => unlinkSync(project.path('scripts/a')), '`a`: its script scripts/a is missing'],
    [
      'a sourced file was edited',
      () => project.append('scripts/common.sh'),
      '`a` used scripts/common.sh: its content has changed',
    ],
    ['a helper was edited', () => project.append('scripts/helper'), '`a` used scripts/helper: its content has changed'],
    [
      'a file that a script asks for has appeared',
      () => void project.file('scripts/local.conf', 'Y=1'),
      '`a` used scripts/local.conf, which was missing then',
    ],
    ['a file that a script names was edited', () => project.append('conf'), '`a` used conf: its content has changed'],
    ['a declared file was edited', () => project.append('declared'), '`a` used declared: its content has changed'],
    [
      'a declared file was removed',
      () => unlinkSync(project.path('declared')),
      '`a` used declared, which is missing now',
    ],
    ['a missing declared file has appeared', () => project.append('later'), '`a` used later, which was missing then'],
    [
      'a file in a folder was edited',
      () => project.append('folder/of/it/file'),
      '`a` used folder/of/it: its content has changed',
    ],
    [
      'a mode in a folder has changed',
      () => chmodSync(project.path('folder/of/it/file'), 0o600),
      '`a` used folder/of/it: its content has changed',
    ],
    ['the content behind a link was edited', () => project.append('target'), '`a` used link: its content has changed'],
    [
      'a link leads elsewhere',
      () => {
        unlinkSync(project.path('link'));
        symlinkSync('other-target', project.path('link'));
      },
      '`a` used link: its content has changed',
    ],
  ])('%s', async (_, change, reason) => {
    await project.buildWithInputs();
    change();
    expect(await project.freshness()).toBe(`stale; ${reason}`);
  });

  /** Builds, and calls this function while a step runs that uses an input. The step continues after it. */
  async function buildWhile(use: string, change: () => void): Promise<void> {
    const body = `${use.replaceAll('HERE', project.folder)}\necho used >&2; until [ -e "$3/go" ]; do sleep 0.05; done`;
    project.write({
      steps: [
        { name: 'slow', body },
        { name: 'c', body: 'false' },
      ],
    });
    const building = project.start('distro_const', ['build', 'manifest.xml']);
    await says(building, /^used/m);
    // The line in the file of inputs was read when the journal has the output after it.
    change();
    project.file('area/build_data/tmp/go', '');
    await finished(building);
  }

  it.each([
    ['a declared input', 'echo "path $(dirname "$0")/../unnamed" >>"$SLIPWAY_INPUTS"', 'unnamed'],
    ['a file that the script names', 'cat HERE/conf', 'conf'],
    ['its script', ':', 'scripts/slow'],
  ])('%s was edited while the step ran', async (_, use, edited) => {
    project.file('conf', '1').file('unnamed', '1');
    await buildWhile(use, () => writeFileSync(project.path(edited), '# 2\n', { flag: 'a' }));
    expect(await project.freshness()).toMatch(new RegExp(`^stale; .*\\b${edited} was edited while \`slow\` ran$`));
  });

  /** Replaces the bytes of a file by others of the same size, and restores them. */
  function editAndPutBack(name: string): void {
    const content = readFileSync(project.path(name));
    writeFileSync(project.path(name), Buffer.alloc(content.length, '#'));
    writeFileSync(project.path(name), content);
  }

  /** Changes the target of a link, and restores it. */
  function turnAndTurnBack(name: string, target: string): void {
    for (const to of ['elsewhere', target]) {
      rmSync(project.path(name));
      symlinkSync(to, project.path(name));
    }
  }

  it.each<[change: string, use: string, change_: () => void, edited: string]>([
    ['a file that the script names', 'cat HERE/conf', () => editAndPutBack('conf'), 'conf'],
    [
      'a declared input',
      'echo "path $(dirname "$0")/../conf" >>"$SLIPWAY_INPUTS"',
      () => editAndPutBack('conf'),
      'conf',
    ],
    ['a file in a folder', 'cp -r HERE/folder/of/. "$2"', () => editAndPutBack('folder/of/file'), 'folder/of'],
    ['a file behind a link', 'cat HERE/link', () => editAndPutBack('conf'), 'link'],
    ['a link', 'cat HERE/link', () => turnAndTurnBack('link', 'conf'), 'link'],
    ['a link to the folder of a file', 'cat HERE/way/file', () => turnAndTurnBack('way', 'folder/of'), 'way/file'],
    [
      'a file whose times were put back too,',
      'cat HERE/conf',
      () => {
        const { atime, mtime } = statSync(project.path('conf'));
        editAndPutBack('conf');
        utimesSync(project.path('conf'), atime, mtime);
      },
      'conf',
    ],
    [
      'a file that was moved away meanwhile',
      'cat HERE/conf',
      () => {
        renameSync(project.path('conf'), project.path('conf~'));
        renameSync(project.path('conf~'), project.path('conf'));
      },
      'conf',
    ],
    ['its script', ':', () => editAndPutBack('scripts/slow'), 'scripts/slow'],
  ])('%s was edited and put back while the step ran', async (_, use, change, edited) => {
    mkdirSync(project.path('folder/of'), { recursive: true });
    project.file('conf', '1').file('folder/of/file', '1');
    symlinkSync('conf', project.path('link'));
    symlinkSync('folder/of', project.path('way'));
    await buildWhile(use, change);
    expect(await project.freshness()).toBe(`stale; ${edited} was edited while \`slow\` ran`);
  });

  it('Nothing is stale after an input was read, linked to or given another mode while the step ran.', async () => {
    project.file('conf', '1').file('other', '1').file('third', '1');
    await buildWhile('cat HERE/conf HERE/other HERE/third', () => {
      readFileSync(project.path('conf'));
      linkSync(project.path('other'), project.path('area/build_data/tmp/other'));
      chmodSync(project.path('third'), 0o600);
    });
    expect(await project.freshness()).toBe('current');
  });
});

describe('Files of other kinds:', () => {
  it('A folder that is too large makes the freshness unknown, unless it is declared.', async () => {
    mkdirSync(project.path('many/d'), { recursive: true });
    for (let i = 0; i <= 500; i++) project.file(`many/d/${i}`, '');
    const write = (body: string): void => void project.writeStep(body);
    write('ls many/d');
    await project.build();
    expect(await project.freshness()).toMatch(/^unknown; `a`: many\/d has more than 500 entries and is not compared/);
    write('ls many/d; echo path many/d >>"$SLIPWAY_INPUTS"');
    await project.build();
    expect(await project.freshness()).toBe('current');
    project.append('many/d/7');
    expect(await project.freshness()).toBe('stale; `a` used many/d: its content has changed');
  });

  const size = count(300, 2_200) * 1024 * 1024;
  it(`An edit of a file of ${size} bytes is noticed, and the file is read once only.`, async () => {
    project.file('big', '');
    truncateSync(project.path('big'), size);
    project.writeStep('echo "path $PWD/big" >>"$SLIPWAY_INPUTS"');
    await project.build();
    expect(await project.freshness()).toBe('current');
    const reading = await finished(
      project.spawn(['sh', '-c', 'distro_const checkpoints --json manifest.xml >&2; cat /proc/$$/io']),
    );
    expect(Number(/^rchar: (\d+)$/m.exec(reading.stdout)?.[1])).toBeLessThan(100 * 1024 * 1024);
    project.append('big');
    expect(await project.freshness()).toBe('stale; `a` used big: its content has changed');
  }, 300_000);

  it('A named pipe never makes the engine wait.', async () => {
    const body = 'mkfifo "$PWD/pipe"; echo "path $PWD/pipe" >>"$SLIPWAY_INPUTS"';
    project.writeStep(`rm -f "$PWD/pipe"\n${body}`);
    await project.build();
    await project.build();
    rmSync(project.path('pipe'));
    expect(await project.freshness()).toBe('stale; `a` used pipe, which is missing now');
  });

  it('A file that became a link to a folder makes a checkpoint stale, and the folder is not read.', async () => {
    project.file('conf', '1').writeStep('echo "path $PWD/conf" >>"$SLIPWAY_INPUTS"');
    await project.build();
    rmSync(project.path('conf'));
    symlinkSync('/', project.path('conf')); // reading it would take longer than the test may
    expect(await project.freshness()).toBe('stale; `a` used conf: its content has changed');
  });

  it.each([
    ['a device without an end', (path: string) => symlinkSync('/dev/zero', path)],
    ['a named pipe', (path: string) => void execFileSync('mkfifo', [path])],
    ['a folder', (path: string) => void mkdirSync(path)],
  ])('A script that became %s is not read.', async (_, replace) => {
    project.writeStep('true');
    await project.build();
    rmSync(project.path('scripts/a'));
    replace(project.path('scripts/a'));
    expect(await project.freshness()).toBe('unknown; `a`: its script scripts/a cannot be read now');
  });
});
