import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished, TestProject } from '../../support/engine';
import { lacksRootOr, runTool } from '../../support/run-tool';

const NOBODY = { uid: 65534, gid: 65534 };

let project: TestProject;
beforeEach(() => (project = new TestProject()));
afterEach(() => project.dispose());

/** Why a file in this host's temporary folder cannot have all flags. Only ext4 supports them. */
function lacksFlags(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-flags-'));
  try {
    runTool('chattr', '+AdsuSDT', folder);
    return undefined;
  } catch {
    return `${tmpdir()} is not on ext4`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A step that creates folders with a path of 6,000 bytes. */
const TOO_DEEP = 'perl -e \'chdir shift; for (1..30) { mkdir "d"x200; chdir "d"x200 }\' "$2"';

describe('Paths that are longer than system calls accept', () => {
  it('are refused with the command that removes them, and removed by the next rollback and full build', async () => {
    project.write({ steps: [{ name: 'a' }, { name: 'b', body: TOO_DEEP }, { name: 'c' }] });
    for (const options of [[], ['-R'], ['-r', 'a'], []]) {
      const { code, stderr } = await project.build(...options);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          /^There are paths of more than 4096 bytes in .*\/build_data\/pkg_image\/d+\/.*\n.*: rm -rf -- /m,
        ) as string,
      });
    }
    expect(await project.run('prune', '--yes', '--from', 'b', 'manifest.xml')).toMatchObject({ code: 0 });
    project.script('b');
    expect(await project.build('-R')).toMatchObject({ code: 0 });
    expect(await project.build()).toMatchObject({ code: 0 });
  });
});

describe('A folder that is append-only', () => {
  const lack = lacksRootOr('chattr', 'lsattr');
  if (lack !== undefined) return it.skip(`is restored with its flag (${lack})`);

  it('is restored with its flag, and named where it would have to be changed', async () => {
    const flagged = join(project.area, 'build_data/pkg_image/d');
    const flags = (): string => runTool('lsattr', '-d', flagged).split(' ')[0] ?? '';
    project.write({
      steps: [
        { name: 'a', body: 'mkdir "$2/d"; chattr +a "$2/d"' },
        { name: 'b', body: 'chattr -a "$2/d"; rm -r "$2/d"' },
      ],
    });
    try {
      expect(await project.build()).toMatchObject({ code: 0 });
      project.script('b');
      expect(await project.build('-r', 'b')).toMatchObject({ code: 0 });
      expect(flags()).toContain('a');
      expect((await project.build()).stderr).toContain(`chattr -a -- '${flagged}'`);
    } finally {
      runTool('chattr', '-a', flagged);
    }
  });
});

describe('Folders that their owner has sealed', () => {
  const lack = lacksRootOr('setpriv');
  if (lack !== undefined) return it.skip(`are extracted exactly by their owner (${lack})`);

  it.each(['000', '200', '400', '444', '500', '555', '300'])(
    'are extracted exactly by their owner with mode %s',
    async (mode) => {
      project.dispose();
      project = new TestProject(undefined, NOBODY);
      const body = `mkdir -p "$2/s/in"; echo x >"$2/s/f"; mkfifo "$2/s/p"; ln -s x "$2/s/l"; ln "$2/s/f" "$2/s/in/g"; chmod ${mode} "$2/s/in" "$2/s"`;
      project.write({ steps: [{ name: 'a', body }, { name: 'b' }] });
      expect(await project.build('-p', 'b')).toMatchObject({ code: 0 });
      expect(await project.run('extract', 'manifest.xml', 'b', join(project.folder, 'copy'))).toMatchObject({
        code: 0,
      });
      const list = (root: string): string =>
        runTool('sh', '-c', 'cd "$1" && find . -printf "%p %y %m %n %l %s %T@\\n" | sort', 'sh', root);
      expect(list(join(project.folder, 'copy/pkg_image'))).toBe(list(join(project.area, 'build_data/pkg_image')));
    },
  );
});

describe('Files with several names that their owner cannot read', () => {
  const lack = lacksRootOr('setpriv');
  if (lack !== undefined) return it.skip(`are kept exactly for their owner (${lack})`);

  it.each(['000', '200', '4111'])('are kept exactly for their owner with mode %s', async (mode) => {
    project.dispose();
    project = new TestProject(undefined, NOBODY);
    const make =
      'mkdir d e; echo x >f; ln f g; ln f d/h; head -c 99999 /dev/zero >big; ln big d/big; echo y >e/one; ln e/one e/two';
    const steps = [
      { name: 'a', body: `cd "$2"; ${make}; chmod ${mode} f e/one` },
      { name: 'b', body: `cd "$2"; chmod ${mode} big; ln g later` },
      { name: 'c', body: 'cd "$2"; rm -f g d/big; chmod 600 f' },
    ];
    project.write({ steps });
    const list = (root: string): string =>
      runTool('sh', '-c', 'cd "$1" && find . ! -name log -printf "%p %y %m %n %l %s %T@\\n" | sort', 'sh', root);
    expect(await project.build('-p', 'c')).toMatchObject({ code: 0 });
    const before = list(join(project.area, 'build_data/pkg_image'));
    expect(before).toMatch(/^\.\/later f \d+ 4 /m);
    expect(await project.run('extract', 'manifest.xml', 'c', join(project.folder, 'copy'))).toMatchObject({ code: 0 });
    expect(list(join(project.folder, 'copy/pkg_image'))).toBe(before);
    expect(await project.build('-R')).toMatchObject({ code: 0 });
    expect(list(join(project.area, 'build_data/pkg_image'))).not.toBe(before);
    project.script('c');
    expect(await project.build('-r', 'c')).toMatchObject({ code: 0 });
    expect(list(join(project.area, 'build_data/pkg_image'))).toBe(before);
  });
});

describe('Flags that chattr sets', () => {
  const lack = lacksRootOr('chattr', 'lsattr', 'setpriv', 'mount') ?? lacksFlags();
  if (lack !== undefined) return it.skip(`are kept by checkpoints and copies (${lack})`);

  it.each([
    ['root', undefined],
    ['an ordinary user', NOBODY],
  ])('are kept by checkpoints and copies of %s, or reported', async (_, user) => {
    project.dispose();
    project = new TestProject(undefined, user);
    const make =
      'mkdir d "d/in s" old t u; echo 1 >d/f; echo 2 >"$(printf "u/a\\nb")"; echo 3 >old/x; echo 4 >plain; ln plain plain2';
    const set = 'chattr +d d/f; chattr +Adu u/*; chattr +DT d; chattr +S "d/in s"; chattr +s plain';
    project.write({
      steps: [
        { name: 'a', body: `cd "$2"; ${make}; ${set}; touch -d 2020-02-02 u d t` },
        { name: 'b' },
        { name: 'c', body: 'cd "$2"; rm -r d; chattr -s plain; chattr +d old/x old; chattr +A t; chattr -Adu u/*' },
      ],
    });
    const tree = join(project.area, 'build_data/pkg_image');
    const flags = (root: string): string =>
      runTool('sh', '-c', 'cd "$1" && lsattr -R . | tr -d e | LC_ALL=C sort', 'sh', root);
    expect(await project.build('-p', 'c')).toMatchObject({ code: 0 });
    const before = flags(tree);
    expect(before).toMatch(/^-+D-+T-+ .\/d$/m);
    expect(await project.build('-R')).toMatchObject({ code: 0 });
    expect(flags(tree)).not.toBe(before);
    const copy = join(project.folder, 'copy');
    expect(await project.run('extract', 'manifest.xml', 'c', copy)).toMatchObject({ code: 0, stderr: '' });
    expect(flags(join(copy, 'pkg_image'))).toBe(before);
    project.script('c');
    expect(await project.build('-r', 'c')).toMatchObject({ code: 0 });
    expect(flags(tree).replace(/^.*\/log\n/m, '')).toBe(before.replace(/^.*\/log\n/m, ''));

    const other = join(project.folder, 'other');
    mkdirSync(other);
    runTool('mount', '-t', 'tmpfs', '-o', 'mode=777', 'tmpfs', other);
    try {
      const refused = await project.run('extract', 'manifest.xml', 'c', join(other, 'x'));
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/pkg_image\/d \(chattr \+D?T\).*\n.*chattr -\w+ -- .*'pkg_image\/d'/) as string,
      });
      expect(readdirSync(other)).toEqual([]);
    } finally {
      runTool('umount', other);
    }
  });
});

describe('An environment without PATH', () => {
  it.each([
    ['is missing', {}],
    ['is empty', { PATH: '' }],
  ])('is enough for a build when it %s', async (_, env) => {
    project.write({ steps: [{ name: 'a', body: 'ls / >/dev/null' }, { name: 'b' }] });
    const given = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const engine = join(project.bin, 'distro_const');
    const build = project.spawn(['/usr/bin/env', '-i', ...given, process.execPath, engine, 'build', 'manifest.xml']);
    expect(await finished(build)).toMatchObject({ code: 0 });
  });
});

describe('Logs that were removed', () => {
  it('are reported as missing by status, with the run that took the newest checkpoint', async () => {
    project.write({ steps: [{ name: 'a' }, { name: 'b' }] });
    expect(await project.build()).toMatchObject({ code: 0 });
    rmSync(join(project.area, 'logs'), { recursive: true });
    const { stdout } = await project.run('status', 'manifest.xml');
    expect(stdout).toMatch(
      /^Last run +not known: its journal is not in .*\/logs\. The checkpoint of b was taken .*, by run-/m,
    );
    expect(await project.build('-R')).toMatchObject({ code: 0 });
  });
});
