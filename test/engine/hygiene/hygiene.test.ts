// The command `hygiene` on images of every kind that it opens.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PATHS_OF_ONE_MACHINE, PATHS_OF_THE_BUILD } from '../../../src-engine/hygiene/paths';
import { root } from '../../support/markdown';
import { lacksTool, runTool } from '../../support/run-tool';
import { Images, pathsOf } from './images';

const why = lacksTool('mksquashfs', 'unsquashfs', 'xorriso', 'cpio', 'gzip', 'lz4', 'tar', 'xz', 'zstd');

const whyNoDisk = lacksTool('debugfs', 'mke2fs', 'sfdisk', 'qemu-img');

/** A root file system with some unwanted files. */
const DIRTY: Readonly<Record<string, string>> = {
  'etc/ssh/ssh_host_rsa_key': 'key',
  'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  'etc/resolv.conf': 'nameserver 192.0.2.1\n',
  'etc/apt/apt.conf.d/10proxy': 'Acquire::http::Proxy "http://proxy.example.org:3142";\n',
  'etc/apt/auth.conf.d/vendor.conf': 'machine example.org login me password secret\n',
  'etc/apt/sources.list.d/vendor.list': 'deb https://me:secret@example.org/debian stable main\n',
  'etc/nginx/own.key': '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n',
  'etc/hosts': '127.0.0.1 localhost builder7\n',
  'var/log/dpkg.log': 'line\n',
  'var/log/mysql/error.log': 'line\n',
  'root/.cache/motd': 'cached\n',
};
/** Similar files, which may stay. */
const CLEAN: Readonly<Record<string, string>> = {
  'etc/ssh/sshd_config': 'HostKey /etc/ssh/ssh_host_rsa_key\n',
  'etc/ssl/public.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  'etc/apt/apt.conf.d/20note': '// Acquire::http::Proxy "http://proxy.example.org:3142";\n',
  'etc/apt/sources.list':
    '# deb https://me:secret@example.org/debian stable main\ndeb http://example.org/a@b stable main\n',
  'usr/share/doc/key.pem': '-----BEGIN PRIVATE KEY-----\n',
  'var/log/wtmp': '',
  'etc/hostname': 'live\n',
};

const WANTED = Object.keys(DIRTY).sort();

describe.skipIf(why)('hygiene', () => {
  it('finds shared secrets and traces of the build in a squashfs file, and nothing else', async () => {
    const images = new Images({ ...DIRTY, ...CLEAN });
    const answer = await images.check(images.squashfs('root.squashfs'));
    expect(pathsOf(answer)).toEqual(WANTED);
    expect(answer.code).toBe(1);
    expect(answer.found.find(({ path }) => path === 'etc/hosts')?.why).toContain('builder7');
  });

  it('succeeds for a clean image', async () => {
    const images = new Images(CLEAN);
    expect(await images.check(images.squashfs('root.squashfs'))).toMatchObject({ code: 0, found: [] });
  });

  it('opens the squashfs file and the boot archive of an ISO image', async () => {
    const images = new Images(DIRTY);
    images.add('early/etc/dropbear/dropbear_rsa_host_key', 'key');
    runTool('mkdir', '-p', images.path('medium/live'));
    const pack = 'cd "$1" && find . | cpio --quiet -o -H newc | gzip >"$2"';
    runTool('sh', '-c', pack, 'sh', images.path('early'), images.path('medium/live/initrd'));
    const answer = await images.check(images.iso());
    expect(answer.trees.map(({ name }) => name).sort()).toEqual(['live/filesystem.squashfs', 'live/initrd']);
    expect(pathsOf(answer)).toEqual([...WANTED, 'etc/dropbear/dropbear_rsa_host_key'].sort());
  });

  it.each(['cat', 'gzip', 'xz', 'zstd', 'lz4'])('opens a boot archive that is packed by %s', async (packer) => {
    const images = new Images({ 'etc/motd': 'text' });
    images.add('early/etc/dropbear/dropbear_rsa_host_key', 'key');
    runTool('mkdir', '-p', images.path('medium/live'));
    const pack = 'cd "$1" && find . | cpio --quiet -o -H newc | "$3" >"$2"';
    // The kernel reads only the older format of lz4.
    const packed = packer === 'lz4' ? pack.replace('"$3"', '"$3" -l') : pack;
    runTool('sh', '-c', packed, 'sh', images.path('early'), images.path('medium/live/initrd'), packer);
    expect(pathsOf(await images.check(images.iso()))).toEqual(['etc/dropbear/dropbear_rsa_host_key']);
  });

  it('opens the compressed archives that follow microcode in a boot archive', async () => {
    const images = new Images({ 'etc/motd': 'text' });
    images.add('microcode/kernel/x86/microcode/AuthenticAMD.bin', 'code');
    images.add('early/etc/dropbear/dropbear_rsa_host_key', 'key');
    runTool('mkdir', '-p', images.path('medium/live'));
    const pack =
      'cpio() { command cpio --quiet -o -H newc; }; echo "TRAILER!!! of a text" >"$1/text"; (cd "$1" && find . | cpio; cd "$2" && find . | cpio | zstd; cd "$4" && find . | cpio | zstd) >"$3"';
    const [microcode, early, initrd] = ['microcode', 'early', 'medium/live/initrd'].map((name) => images.path(name));
    images.add('late/etc/ssh/ssh_host_rsa_key', 'key');
    runTool('sh', '-c', pack, 'sh', microcode ?? '', early ?? '', initrd ?? '', images.path('late'));
    expect(pathsOf(await images.check(images.iso()))).toEqual([
      'etc/dropbear/dropbear_rsa_host_key',
      'etc/ssh/ssh_host_rsa_key',
    ]);
  });

  it('refuses an image with a boot archive that cannot be read, which it would otherwise call clean', async () => {
    const images = new Images({ 'etc/motd': 'text' });
    images.add('medium/live/initrd', 'BZh9 and no more');
    const { code, stderr } = await images.run('hygiene', images.iso());
    expect([code, stderr]).toEqual([1, expect.stringContaining('live/initrd cannot be read as a boot archive')]);
  });

  it('opens a tar archive of a tree, compressed or not', async () => {
    const images = new Images({ ...DIRTY, ...CLEAN });
    for (const [name, option] of [
      ['root.tar', '--auto-compress'],
      ['root.tar.gz', '--gzip'],
    ] as const) {
      runTool('tar', '--create', option, '--file', images.path(name), '--directory', images.tree, '.');
      expect(pathsOf(await images.check(images.path(name)))).toEqual(WANTED);
    }
  });

  it('opens the layers of an OCI image', async () => {
    const images = new Images(DIRTY);
    const layout = images.path('layout');
    const layer = 'd'.repeat(64);
    const manifest = 'a'.repeat(64);
    const config = 'c'.repeat(64);
    images.add('layout/oci-layout', '{"imageLayoutVersion":"1.0.0"}');
    images.add('layout/index.json', `{"manifests":[{"digest":"sha256:${manifest}"}]}`);
    images.add(
      `layout/blobs/sha256/${manifest}`,
      `{"config":{"digest":"sha256:${config}"},"layers":[{"digest":"sha256:${layer}"}]}`,
    );
    runTool(
      'tar',
      '--create',
      '--gzip',
      '--file',
      join(layout, 'blobs/sha256', layer),
      '--directory',
      images.tree,
      '.',
    );
    runTool('tar', '--create', '--file', images.path('sample.oci.tar'), '--directory', layout, '.');
    const answer = await images.check(images.path('sample.oci.tar'));
    expect(answer.trees.map(({ name }) => name)).toEqual(['layer 1']);
    expect(pathsOf(answer)).toEqual(WANTED);
  });

  it('leaves out paths that the user accepts', async () => {
    const images = new Images(DIRTY);
    const answer = await images.check(images.squashfs('root.squashfs'), '--accept', '/etc/* var/log/* root/.cache');
    expect(answer).toMatchObject({ code: 0, found: [] });
  });

  describe.skipIf(whyNoDisk)(`in a disk${whyNoDisk === undefined ? '' : ` (${whyNoDisk})`}`, () => {
    it('opens the file systems of a raw disk, and of a qcow2, VMDK and VHD file made of it', async () => {
      const images = new Images({ ...DIRTY, ...CLEAN });
      images.add('early/etc/dropbear/dropbear_rsa_host_key', 'key');
      const pack = 'mkdir "$2" && cd "$1" && find . | cpio --quiet -o -H newc | gzip >"$2/initrd"';
      runTool('sh', '-c', pack, 'sh', images.path('early'), join(images.tree, 'boot'));
      const raw = images.disk();
      const wanted = [...WANTED, 'etc/dropbear/dropbear_rsa_host_key'].sort();
      const answer = await images.check(raw);
      expect(answer.trees.map(({ name }) => name)).toEqual(['partition 2', 'boot/initrd']);
      expect(pathsOf(answer)).toEqual(wanted);
      for (const [name, ...format] of [
        ['disk.qcow2', '-O', 'qcow2', '-c'],
        ['disk.vmdk', '-O', 'vmdk', '-o', 'subformat=streamOptimized'],
        ['fixed.vhd', '-O', 'vpc', '-o', 'subformat=fixed'],
        ['dynamic.vhd', '-O', 'vpc', '-o', 'subformat=dynamic'],
      ] as const) {
        runTool('qemu-img', 'convert', '-f', 'raw', ...format, raw, images.path(name));
        expect([name, ...pathsOf(await images.check(images.path(name)))]).toEqual([name, ...wanted]);
      }
    });

    it('refuses a disk that continues another file of this host, and one without a file system that it reads', async () => {
      const images = new Images({});
      images.add('secret', 'x'.repeat(65_536));
      runTool(
        'qemu-img',
        'create',
        '-q',
        '-f',
        'qcow2',
        '-b',
        images.path('secret'),
        '-F',
        'raw',
        images.path('part.qcow2'),
      );
      const part = await images.run('hygiene', images.path('part.qcow2'));
      expect(part.code).not.toBe(0);
      expect(part.stderr).toContain(`only a part of a disk: the rest is in ${images.path('secret')}`);
      runTool('qemu-img', 'create', '-q', '-f', 'qcow2', images.path('empty.qcow2'), '1M');
      const empty = await images.run('hygiene', images.path('empty.qcow2'));
      expect(empty.code).not.toBe(0);
      expect(empty.stderr).toContain('only ext2, ext3 and ext4 are read');
    });
  });

  it('refuses a file of another kind', async () => {
    const images = new Images({});
    images.file('notes', 'text, and no more');
    const { code, stderr } = await images.run('hygiene', images.path('notes'));
    expect(code).not.toBe(0);
    expect(stderr).toContain('none of the images that can be opened');
  });
});

describe('the template debian-live', () => {
  it('removes exactly the paths that the command knows', () => {
    const script = readFileSync(join(root, 'resources/templates/debian-live/scripts/hygiene.sh'), 'utf8');
    const [, list = ''] = /<<'END'\n(.*?)\nEND\n/s.exec(script) ?? [];
    const removed = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(removed).toEqual([...PATHS_OF_ONE_MACHINE, ...PATHS_OF_THE_BUILD]);
  });
});
