// What `hygiene` cannot read in an image is not called clean.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lacksTool, runTool } from '../../support/run-tool';
import { Images, pathsOf } from './images';

const why = lacksTool('cpio', 'gzip', 'lz4', 'tar', 'xz', 'zstd');
const whyNoDisk = lacksTool('debugfs', 'mke2fs');

/** Bytes that do not become smaller when they are packed, the same in each run. */
const noise = (bytes: number): Buffer =>
  Buffer.concat(Array.from({ length: bytes / 32 }, (_, at) => createHash('sha256').update(String(at)).digest()));

const PACKERS = {
  cat: 'cat',
  gzip: 'gzip -n',
  xz: 'xz --check=crc32',
  zstd: 'zstd -q',
  // The kernel reads only the older format.
  lz4: 'lz4 -q -l',
};

/** A boot archive in a tar archive, as in the output netboot. */
class Initrds extends Images {
  /** Files as one cpio archive. */
  archive(files: Readonly<Record<string, string | Buffer>>, packer: keyof typeof PACKERS): Buffer {
    const folder = `archive-${this.#count++}`;
    for (const [path, content] of Object.entries(files)) this.add(`${folder}/${path}`, content);
    return this.pack(folder, packer);
  }

  pack(folder: string, packer: keyof typeof PACKERS): Buffer {
    const pack = `cd "$1" && find . | LC_ALL=C sort | cpio --quiet -o -H newc | ${PACKERS[packer]} >"$2"`;
    runTool('sh', '-c', pack, 'sh', this.path(folder), this.path(`${folder}.initrd`));
    return readFileSync(this.path(`${folder}.initrd`));
  }
  #count = 0;

  /** The path of an image with the boot archive. */
  image(...parts: readonly Uint8Array[]): string {
    this.add('out/initrd', Buffer.concat(parts));
    runTool('tar', '--create', '--file', this.path('image.tar'), '--directory', this.path('out'), 'initrd');
    return this.path('image.tar');
  }

  async refusal(...parts: readonly Uint8Array[]): Promise<string> {
    const { code, stdout, stderr } = await this.run('hygiene', this.image(...parts));
    expect([code, stdout]).toEqual([1, '']);
    return stderr;
  }
}

const BAD = 'initrd cannot be read as a boot archive';
const key = (name: string): string => `etc/ssh/ssh_host_${name}_key`;
const zeros = (count: number): Buffer => Buffer.alloc(count);

describe.skipIf(why)(`hygiene of a boot archive${why === undefined ? '' : ` (${why})`}`, () => {
  it.each(['cat', 'gzip', 'xz', 'zstd', 'lz4'] as const)(
    'refuses one that is cut off, packed by %s',
    async (packer) => {
      const images = new Initrds({});
      const whole = images.archive({ 'bin/tool': noise(96_000), 'etc/motd': 'text' }, packer);
      expect(pathsOf(await images.check(images.image(whole)))).toEqual([]);
      const early = images.archive({ 'kernel/x86/microcode/GenuineIntel.bin': 'code' }, 'cat');
      for (const length of [50_000, whole.length - (packer === 'cat' ? 512 : 2)])
        expect(await images.refusal(early, whole.subarray(0, length))).toContain(BAD);
    },
  );

  it.each(['gzip', 'xz', 'zstd'] as const)('refuses one with flipped bytes, packed by %s', async (packer) => {
    const images = new Initrds({});
    const damaged = images.archive({ 'bin/tool': noise(96_000), [key('rsa')]: 'key' }, packer);
    damaged.fill(0x55, 50_000, 50_016);
    expect(await images.refusal(damaged)).toContain(BAD);
  });

  it.each(['cat', 'lz4'] as const)('refuses one with a flipped byte in a header, packed by %s', async (packer) => {
    const images = new Initrds({});
    const damaged = images.archive({ 'bin/tool': noise(96_000), 'etc/motd': noise(320) }, packer);
    const at = damaged.lastIndexOf('0707');
    damaged[at] = 0x31;
    expect(await images.refusal(damaged)).toContain(BAD);
  });

  it('refuses one with a part that is packed by an unknown program, after microcode', async () => {
    const images = new Initrds({});
    const early = images.archive({ 'kernel/x86/microcode/GenuineIntel.bin': 'code' }, 'cat');
    expect(await images.refusal(early, Buffer.from('BZh9 and more'))).toContain(BAD);
  });

  it('reads parts that are packed in different ways, with zeros between them and at the end', async () => {
    const images = new Initrds({});
    const packers = ['cat', 'gzip', 'cat', 'xz', 'zstd', 'zstd', 'lz4', 'lz4', 'gzip', 'cat'] as const;
    const parts = packers.map((packer, at) =>
      images.archive({ [`bin/${at}`]: noise(32_000 * at), [key(String(at))]: `key ${at}` }, packer),
    );
    const padded = parts.flatMap((part, at) => [part, zeros(at % 2 === 0 ? 0 : 512 + 4 * at - (part.length % 4))]);
    expect(pathsOf(await images.check(images.image(...padded)))).toEqual(packers.map((_, at) => key(String(at))));
  });

  it('reads the content of a file under each of its names', async () => {
    const images = new Initrds({});
    const proxy = 'etc/apt/apt.conf.d/10proxy';
    images.add(`linked/${proxy}`, 'Acquire::http::Proxy "http://proxy.example.org:3142";\n');
    images.add(`linked/${key('rsa')}`, '');
    runTool('ln', '-f', images.path(`linked/${proxy}`), images.path(`linked/${key('rsa')}`));
    const wanted = [proxy, key('rsa')];
    expect(pathsOf(await images.check(images.image(images.pack('linked', 'gzip'))))).toEqual(wanted);
    runTool('tar', '--create', '--file', images.path('linked.tar'), '--directory', images.path('linked'), '.');
    expect(pathsOf(await images.check(images.path('linked.tar')))).toEqual(wanted);
  });
});

it.skipIf(whyNoDisk)('hygiene refuses a disk with a folder that is damaged', async () => {
  const images = new Images({ 'etc/ssh/ssh_host_rsa_key': 'key' });
  const disk = images.path('disk.raw');
  runTool('mke2fs', '-q', '-F', '-t', 'ext4', '-b', '1024', '-d', images.tree, disk, '8M');
  expect(pathsOf(await images.check(disk))).toEqual(['etc/ssh/ssh_host_rsa_key']);
  const block = Number(runTool('debugfs', '-R', 'blocks etc/ssh', disk));
  const damaged = readFileSync(disk).fill(0, block * 1024, (block + 1) * 1024);
  images.add('disk.raw', damaged);
  const { code, stderr } = await images.run('hygiene', disk);
  expect([code, stderr]).toEqual([1, expect.stringContaining('The file system in disk is damaged')]);
});

it('hygiene refuses an OCI image without layers', async () => {
  const images = new Images({});
  images.add('layout/oci-layout', '{"imageLayoutVersion":"1.0.0"}');
  images.add('layout/index.json', '{"manifests":[]}');
  runTool('tar', '--create', '--file', images.path('empty.oci.tar'), '--directory', join(images.folder, 'layout'), '.');
  const { code, stderr } = await images.run('hygiene', images.path('empty.oci.tar'));
  expect([code, stderr]).toEqual([1, expect.stringContaining('without a layer')]);
});
