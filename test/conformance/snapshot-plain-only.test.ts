import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bin, TestProject } from '../support/engine';
import { makeHardTree } from '../support/hard-tree';
import { PlainArea, refusal, usePlainAreas } from '../support/plain-area';
import { lacksRootOr, lacksTool, runTool } from '../support/run-tool';
import { lacksTempFileSystem, makeTempFileSystem } from '../support/temp-loop';
import { treeManifest } from '../support/tree-manifest';

const isRoot = process.getuid?.() === 0;
const lacksCapabilities = lacksRootOr('setcap', 'getcap', 'chattr', 'lsattr');

describe('snapshots of plain directories', () => {
  const { folder, newArea } = usePlainAreas();
  const path = process.env.PATH;
  afterEach(() => {
    process.env.PATH = path;
  });

  it('store nothing when nothing has changed, and nothing twice', async () => {
    const area = newArea();
    writeFileSync(area.at('file'), 'content');
    writeFileSync(area.at('large'), Buffer.alloc(500_000, 'x'));
    await area.backend.take('a');
    await area.backend.take('b');
    expect(area.packs()).toHaveLength(1);
    mkdirSync(area.at('folder'));
    renameSync(area.at('large'), area.at('folder/large'));
    await area.backend.take('c'); // the name is not a part of an inode, but renaming changes its time
    const before = Number(runTool('du', '-sk', area.store).split('\t')[0]);
    chmodSync(area.at('folder/large'), 0o600);
    await area.backend.take('d');
    expect(Number(runTool('du', '-sk', area.store).split('\t')[0])).toBeLessThan(before + 100);
    await area.backend.rollback('c');
    await area.backend.take('e');
    expect(await area.snapshot('e')).toEqual(await area.snapshot('c'));
    expect(statSync(area.at('folder/large')).mode & 0o777).toBe(0o644);
  });

  it('report what their removal frees, alone and together, and what all of them occupy', async () => {
    const area = newArea();
    const blocks = (): number => Number(runTool('du', '-sB1', area.store).split('\t')[0]);
    const free = async (...names: string[]): Promise<number> => (await area.backend.freedBy?.(names)) ?? NaN;
    writeFileSync(area.at('in all'), Buffer.alloc(400_000, 'a'));
    writeFileSync(area.at('in two'), Buffer.alloc(300_000, 'b'));
    await area.backend.take('a');
    writeFileSync(area.at('in one'), Buffer.alloc(200_000, 'c'));
    await area.backend.take('b');
    rmSync(area.at('in one'));
    rmSync(area.at('in two'));
    await area.backend.take('c');
    await area.backend.take('d');
    // Folders of the store and their entries are not counted.
    const SLACK_BYTES = 64 * 1024;
    const all = ['a', 'b', 'c', 'd'];
    expect(Math.abs((await area.backend.used?.()) ?? NaN)).toBeLessThanOrEqual(blocks());
    expect(blocks() - (await free(...all))).toBeLessThan(SLACK_BYTES);
    expect((await area.backend.size('d')).unique).toBe(0); // as c
    const together = await free('a', 'b');
    expect(together).toBeGreaterThan(500_000);
    expect((await area.backend.size('a')).unique).toBeLessThan(100_000);
    const before = blocks();
    await area.backend.destroy('b');
    await area.backend.destroy('a');
    expect(Math.abs(before - blocks() - together)).toBeLessThan(SLACK_BYTES);
  });

  it('restore content and metadata that are stored apart', async () => {
    const area = newArea();
    writeFileSync(area.at('large'), Buffer.alloc(500_000, 'x'));
    await area.backend.take('a');
    utimesSync(area.at('large'), 1_500_000_000, 1_500_000_000);
    chmodSync(area.at('large'), 0o640);
    const changed = await area.tree();
    await area.backend.take('b');
    await area.backend.destroy('a');
    rmSync(area.at('large'));
    await area.backend.rollback('b');
    expect(await area.tree()).toEqual(changed);
    expect(await area.snapshot('b')).toEqual(changed);
  });

  it('stay in an area whose path is not ASCII', async () => {
    const parent = join(folder, 'parent');
    const area = new PlainArea(join(parent, 'Bäu'));
    writeFileSync(area.at('grün'), 'content');
    await area.backend.take('a');
    rmSync(area.at('grün'));
    await area.backend.rollback('a');
    expect([readdirSync(parent), readdirSync(area.buildData)]).toEqual([['Bäu'], ['grün']]);
  });

  it('keep the files of a new folder one by one', async () => {
    const area = newArea();
    mkdirSync(area.at('folder'));
    for (let n = 0; n < 8; n++) writeFileSync(area.at(`folder/${n}`), `file ${n}`);
    chmodSync(area.at('folder/3'), 0o4755);
    const taken = await area.tree();
    await area.backend.take('a');
    writeFileSync(area.at('folder/0'), 'changed');
    rmSync(area.at('folder/1'));
    const changed = await area.tree();
    await area.backend.take('b');
    rmSync(area.at('folder'), { recursive: true });
    await area.backend.rollback('b');
    expect(await area.tree()).toEqual(changed);
    await area.backend.rollback('a');
    expect(await area.tree()).toEqual(taken);
    await area.backend.take('c');
    await area.backend.destroy('a');
    expect(await area.snapshot('c')).toEqual(taken);
    await area.backend.destroy('c');
    expect(area.packs()).toEqual([]);
  });

  it('remain as they were whatever happens to the build data', async () => {
    const area = newArea();
    await makeHardTree(area.buildData, {
      root: isRoot,
      xattrs: lacksTool('setfattr', 'setfacl', 'setcap') === undefined,
    });
    const taken = await area.tree();
    await area.backend.take('a');
    await area.backend.rollback('a');
    linkSync(area.at('plain'), join(folder, 'outside'));
    appendFileSync(join(folder, 'outside'), 'through a hard link');
    writeFileSync(area.at('triple-1'), 'ONE', { flag: 'r+' });
    truncateSync(area.at('sparse'), 10);
    await area.backend.take('b');
    rmSync(area.at('bin'), { recursive: true });
    await area.backend.rollback('b');
    await area.backend.destroy('b');
    expect(await area.snapshot('a')).toEqual(taken);
    await area.backend.rollback('a');
    expect(await area.tree()).toEqual(taken);
  });

  it.skipIf(lacksCapabilities !== undefined)(
    `keep the capability of a file with another owner when it is touched${lacksCapabilities ? ` (${lacksCapabilities})` : ''}`,
    async () => {
      const area = newArea();
      copyFileSync('/bin/true', area.at('tool'));
      chownSync(area.at('tool'), 7, 123);
      runTool('setcap', 'cap_net_raw=ep', area.at('tool'));
      await area.backend.take('a');
      runTool('touch', '-d', '2020-01-01', area.at('tool'));
      await area.backend.take('b');
      rmSync(area.at('tool'));
      for (const name of ['b', 'a']) {
        await area.backend.rollback(name);
        expect(runTool('getcap', area.at('tool'))).toContain('cap_net_raw');
        expect(lstatSync(area.at('tool')).gid).toBe(123);
      }
    },
  );

  it('keep holes as holes and zeros as zeros', async () => {
    const area = newArea();
    writeFileSync(area.at('sparse'), '');
    truncateSync(area.at('sparse'), 50_000_000);
    writeFileSync(area.at('dense'), Buffer.alloc(2_000_000));
    await area.backend.take('a');
    for (const name of ['sparse', 'dense']) chmodSync(area.at(name), 0o600);
    await area.backend.take('b');
    for (const name of ['sparse', 'dense']) rmSync(area.at(name));
    await area.backend.rollback('b');
    expect(statSync(area.at('sparse')).blocks).toBeLessThan(100);
    expect(statSync(area.at('dense')).blocks).toBeGreaterThan(3000);
    expect(Number(runTool('du', '-sk', area.store).split('\t')[0])).toBeLessThan(6000);
  });

  it('store a file again when its holes were filled with zeros', async () => {
    const area = newArea();
    writeFileSync(area.at('image'), '');
    truncateSync(area.at('image'), 2_000_000);
    await area.backend.take('a');
    writeFileSync(area.at('image'), Buffer.alloc(2_000_000), { flag: 'r+' });
    await area.backend.take('b');
    await area.backend.rollback('a');
    expect(statSync(area.at('image')).blocks).toBe(0);
  });

  it('are consistent when a file changes while it is copied', async () => {
    const area = newArea();
    const tools = join(folder, 'bin');
    mkdirSync(tools, { recursive: true });
    const [go, real] = [join(folder, 'go'), runTool('which', 'cp').trim()];
    writeFileSync(go, '');
    writeFileSync(
      join(tools, 'cp'),
      `#!/bin/sh\n"${real}" "$@"; status=$?\n[ -e "${go}" ] && rm "${go}" && echo more >>"${area.at('file')}"\nexit $status\n`,
    );
    chmodSync(join(tools, 'cp'), 0o755);
    process.env.PATH = [tools, path].join(delimiter);
    writeFileSync(area.at('file'), 'content\n');
    await area.backend.take('a');
    expect(readFileSync(area.at('file'), 'utf8')).toBe('content\nmore\n');
    expect(await area.snapshot('a')).toEqual(await area.tree());
  });

  it('are refused when a file changes all the time', async () => {
    const area = newArea();
    const tools = join(folder, 'bin2');
    mkdirSync(tools);
    writeFileSync(
      join(tools, 'cp'),
      `#!/bin/sh\necho more >>"${area.at('file')}"\nexec "${runTool('which', 'cp').trim()}" "$@"\n`,
    );
    chmodSync(join(tools, 'cp'), 0o755);
    process.env.PATH = [tools, path].join(delimiter);
    writeFileSync(area.at('file'), 'content\n');
    const error = await refusal(area.backend.take('a'));
    expect(error.message).toMatch(/build_data\/file changed while/);
    expect([await area.backend.list(), area.packs(), area.leftovers()]).toEqual([[], [], []]);
  });

  it.skipIf(lacksCapabilities !== undefined)(
    `refuse to change an immutable file with the command that allows it${lacksCapabilities ? ` (${lacksCapabilities})` : ''}`,
    async () => {
      const area = newArea();
      writeFileSync(area.at('file'), 'before');
      await area.backend.take('a');
      writeFileSync(area.at('file'), 'after');
      writeFileSync(area.at('log'), 'appended');
      runTool('chattr', '+i', area.at('file'));
      runTool('chattr', '+a', area.at('log'));
      try {
        await area.backend.take('b');
        const tree = await area.tree();
        for (const attempt of [() => area.backend.rollback('a'), () => area.backend.reset()]) {
          const error = await refusal(attempt());
          expect(error.message).toMatch(/build_data\/file.* immutable \(chattr \+ia?\)\. Nothing was changed/);
          expect(error.hint).toContain(`chattr -ia -- '${area.at('file')}' '${area.at('log')}'`);
          expect(await area.tree()).toEqual(tree);
          expect(await area.backend.list()).toHaveLength(2);
        }
        await area.backend.rollback('b'); // nothing to change
        runTool('chattr', '-ia', area.at('file'), area.at('log'));
        rmSync(area.at('file'));
        await area.backend.rollback('b');
        expect(runTool('lsattr', '-d', area.at('file'))).toMatch(/^\S*i/);
        expect(runTool('lsattr', '-d', area.at('log'))).toMatch(/^\S*a/);
        runTool('chattr', '-ia', area.at('file'), area.at('log'));
        await area.backend.rollback('a');
        expect(readFileSync(area.at('file'), 'utf8')).toBe('before');
      } finally {
        for (const name of ['file', 'log']) runTool('sh', '-c', 'chattr -ia -- "$1" || true', 'sh', area.at(name));
      }
    },
  );

  const lacksDisk = lacksTempFileSystem('xfs');
  it.skipIf(lacksDisk !== undefined)(
    `leave nothing behind when the disk is full${lacksDisk ? ` (${lacksDisk})` : ''}`,
    async () => {
      const place = makeTempFileSystem('xfs', 400 << 20);
      try {
        const area = new PlainArea(join(place.path, 'area'));
        writeFileSync(area.at('file'), 'content');
        await area.backend.take('a');
        const free = (): number => Number(runTool('df', '-k', '--output=avail', place.path).trim().split('\n').at(-1));
        runTool('fallocate', '-l', `${free() - 60_000}K`, join(place.path, 'other'));
        // Shared blocks would need no space.
        runTool('sh', '-c', 'head -c 30000000 /dev/urandom >"$1"', 'sh', area.at('large'));
        runTool('fallocate', '-l', `${free() - 10_000}K`, join(place.path, 'more'));
        const tools = join(folder, 'bin3');
        mkdirSync(tools, { recursive: true });
        writeFileSync(
          join(tools, 'cp'),
          `#!/bin/sh\nfor a in "$@"; do shift; [ "$a" = --reflink=auto ] && a=--reflink=never; set -- "$@" "$a"; done\nexec "${runTool('which', 'cp').trim()}" "$@"\n`,
        );
        chmodSync(join(tools, 'cp'), 0o755);
        process.env.PATH = [tools, path].join(delimiter);
        const before = free();
        const error = await refusal(area.backend.take('b'));
        expect(error.message).toMatch(
          /^There is not enough space for the checkpoint in [^ ]*: No space left on device\.$/,
        );
        expect(error.hint).toMatch(/prune/);
        expect(area.leftovers()).toEqual([]);
        expect(area.packs()).toHaveLength(1);
        expect(free()).toBeGreaterThan(before - 1000);
        rmSync(join(place.path, 'other'));
        await area.backend.take('b');
        expect((await area.backend.list()).map(({ name }) => name)).toEqual(['a', 'b']);
        runTool('sh', '-c', 'echo changed >>"$1"', 'sh', area.at('large'));
        runTool('fallocate', '-l', `${free() - 10_000}K`, join(place.path, 'other'));
        const failed = await refusal(area.backend.rollback('b'));
        expect(failed.message).toMatch(
          /^There is not enough space to roll back to b in [^ ]*: No space left on device\.$/,
        );
        rmSync(join(place.path, 'other'));
        await area.backend.rollback('b');
        expect(lstatSync(area.at('large')).size).toBe(30_000_000);
      } finally {
        place.dispose();
      }
    },
  );

  const lacksBtrfs = lacksTempFileSystem('btrfs');
  it.skipIf(lacksBtrfs !== undefined)(
    `keep files that btrfs does not copy on write${lacksBtrfs ? ` (${lacksBtrfs})` : ''}`,
    async () => {
      const place = makeTempFileSystem('btrfs', 400 << 20);
      try {
        const area = new PlainArea(join(place.path, 'area'));
        const make =
          'cd "$1"; touch disk; chattr +C disk; head -c 200000 /dev/urandom >disk; ln disk link; mkdir d; chattr +CA d; echo x >d/f; echo y >z; chattr +c z';
        runTool('sh', '-ec', make, 'sh', area.at(''));
        const state = (): string =>
          runTool('sh', '-ec', 'cd "$1"; lsattr -R . | sort; md5sum disk link d/f z', 'sh', area.at(''));
        const before = state();
        expect(before).toMatch(/^-+C-+ \.\/link$/m);
        await area.backend.take('a');
        runTool('chmod', '700', area.at('disk'));
        await area.backend.take('b');
        runTool('sh', '-ec', 'cd "$1"; rm -r disk d z; chattr -A .; chattr +S .', 'sh', area.at(''));
        await area.backend.rollback('b');
        expect(state()).toBe(before);
        await area.backend.rollback('a');
        expect(state()).toBe(before);
      } finally {
        place.dispose();
      }
    },
  );

  const lacksUser = lacksRootOr('setpriv');
  it.skipIf(lacksUser !== undefined)(
    `keep the sealed folders and unreadable files of an ordinary user${lacksUser ? ` (${lacksUser})` : ''}`,
    async () => {
      const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
      const script = (name: string, body: string): void => {
        writeFileSync(join(project.folder, 'scripts', name), `#!/bin/sh\n${body}\n`);
      };
      const buildAsUser = (...options: string[]): string =>
        execFileSync(
          'setpriv',
          [
            ...['--reuid=65534', '--regid=65534', '--clear-groups', join(bin, 'distro_const')],
            ...['build', ...options, 'manifest.xml'],
          ],
          { cwd: project.folder, env: project.env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
        );
      script(
        'a',
        'mkdir -p "$2/s/t" "$2/x"; echo 1 >"$2/s/f"; echo 2 >"$2/u"; chmod 0 "$2/s/t" "$2/u" "$2/s"; chmod 300 "$2/x"',
      );
      script('b', 'chmod 755 "$2/s"; echo more >>"$2/s/f"; rm -f "$2/u"; chmod 500 "$2/s" "$2/x"');
      try {
        runTool('chown', '-R', '65534:65534', project.folder);
        buildAsUser('-p', 'b');
        const before = await treeManifest(join(project.area, 'build_data'));
        buildAsUser('-r', 'b', '-p', 'c');
        expect(await treeManifest(join(project.area, 'build_data'))).not.toEqual(before);
        script('b', 'true');
        buildAsUser('-r', 'b', '-p', 'c');
        expect(await treeManifest(join(project.area, 'build_data'))).toEqual(before);
      } finally {
        project.dispose();
      }
    },
  );
});
