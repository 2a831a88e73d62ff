// The disk steps on a small tree, with the real tools: the partitions, the file systems, the loaders and the four files.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { MENU, OutputArea } from '../../support/output-step';
import { lacksTool, runTool } from '../../support/run-tool';

const why = lacksTool('sfdisk', 'qemu-img', 'mke2fs', 'mcopy', 'grub-mkimage');
const MIB = 2 ** 20;
const SECTOR = 512;
/** The first byte of the root file system. */
const ROOT = 66 * MIB;

const table = z.object({
  partitiontable: z.object({
    label: z.string(),
    partitions: z.array(z.object({ start: z.number(), size: z.number(), type: z.string(), name: z.string() })),
  }),
});

describe.skipIf(why)(why ? `the disk steps (${why})` : 'the disk steps', () => {
  let area: OutputArea;
  let disk: string;

  beforeAll(() => {
    area = sample();
    disk = join(area.tmp, 'disk.raw');
    for (const step of ['disk', 'raw', 'qcow2', 'vmdk', 'vhd']) succeeds(area, step);
  });
  afterAll(() => area.dispose());

  it('The disk has a GPT with GRUB, the EFI system partition, and the root file system up to its end.', () => {
    const { label, partitions } = table.parse(JSON.parse(runTool('sfdisk', '--json', disk))).partitiontable;
    expect(label).toBe('gpt');
    expect(partitions.map(({ name, start, size }) => [name, start / 2048, size / 2048])).toEqual([
      ['bios', 1, 1],
      ['efi', 2, 64],
      ['root', 66, statSync(disk).size / MIB - 67],
    ]);
    expect(runTool('sfdisk', '--verify', disk)).toContain('No errors detected.');
  });

  it('The root file system is sound, of the present date, and has the free space of disk_spare_mb.', () => {
    runTool('e2fsck', '-fn', `${disk}?offset=${ROOT}`);
    const stat = runTool('debugfs', '-R', 'stat /boot/vmlinuz', `${disk}?offset=${ROOT}`);
    expect(stat.match(/time: \S+ -- Thu Jan {2}1 00:00:00 2026/g)).toHaveLength(4);
    const state = runTool('dumpe2fs', '-h', `${disk}?offset=${ROOT}`);
    const free = Number(/^Free blocks: +(\d+)/m.exec(state)?.[1]) * 4096;
    expect(free / MIB).toBeGreaterThan(32);
    expect(free / MIB).toBeLessThan(32 + 24);
  });

  it('The menu has the paths of the disk, and no entry that copies a medium to memory.', () => {
    const menu = runTool('debugfs', '-R', 'cat /boot/grub/grub.cfg', `${disk}?offset=${ROOT}`);
    expect(menu).toBe(`set timeout="3"
set default=0
set options="console=ttyS0 quiet"
set kernel=/boot/vmlinuz
set initrd=/boot/initrd
menuentry "Sample" {
  linux $kernel $options
  initrd $initrd
}
menuentry "Restart" {
  reboot
}
`);
  });

  it('BIOS finds GRUB by the numbers of its sectors, and UEFI by the name of its file.', () => {
    const boot = bytesAt(disk, 0, SECTOR);
    expect(boot.readBigUInt64LE(0x5c)).toBe(2048n);
    expect(boot.readUInt16LE(510)).toBe(0xaa55);
    const core = bytesAt(disk, 2048 * SECTOR, SECTOR);
    expect(core.readBigUInt64LE(0x1f4)).toBe(2049n);
    expect(runTool('mdir', '-b', '-i', `${disk}@@2M`, '::/EFI/BOOT').trim()).toBe('::/EFI/BOOT/BOOTX64.EFI');
  });

  it.for([
    ['raw', 'raw'],
    ['qcow2', 'qcow2'],
    ['vmdk', 'vmdk'],
    ['vhd', 'vpc'],
  ] as const)('NAME.%s is the same disk.', ([suffix, format]) => {
    const file = join(area.media, `sample.${suffix}`);
    expect(runTool('qemu-img', 'compare', '-f', 'raw', '-F', format, disk, file)).toContain('Images are identical.');
  });

  it('The VMDK file is stream-optimized.', () => {
    expect(runTool('qemu-img', 'info', join(area.media, 'sample.vmdk'))).toContain('create type: streamOptimized');
  });

  it('The VHD file has a fixed size of whole MiB, and a footer with the right checksum.', () => {
    const file = join(area.media, 'sample.vhd');
    const size = statSync(file).size - SECTOR;
    expect(size % MIB).toBe(0);
    const footer = bytesAt(file, size, SECTOR);
    expect(footer.toString('latin1', 0, 8)).toBe('conectix');
    expect(footer.readBigUInt64BE(48)).toBe(BigInt(size));
    expect(footer.readUInt32BE(60)).toBe(2);
    const checksum = footer.readUInt32BE(64);
    footer.fill(0, 64, 68);
    expect(footer.reduce((sum, byte) => sum + byte, 0) + checksum).toBe(0xffffffff);
  });

  it('A second run gives the same bytes, and leaves only the disk among the temporary files.', () => {
    const again = sample();
    try {
      for (const step of ['disk', 'qcow2', 'vmdk', 'vhd']) succeeds(again, step);
      for (const suffix of ['qcow2', 'vmdk', 'vhd'])
        expect(again.digestOf(`sample.${suffix}`), suffix).toBe(area.digestOf(`sample.${suffix}`));
      expect(runTool('ls', again.tmp).trim()).toBe('disk.raw');
    } finally {
      again.dispose();
    }
  });

  it('A fixed size is kept, and one that is too small is refused with the least that fits.', () => {
    const own = sample({ disk_mb: '80' });
    try {
      const { status, stderr } = own.run('disk');
      expect(status).toBe(1);
      const least = /disk_mb is 80, but the system needs a disk of (\d+) MiB\./.exec(stderr)?.[1] ?? '';
      expect(stderr).toContain(`disk: Set disk_mb to at least ${least}, or remove it for a size that fits.`);
      expect(existsSync(join(own.tmp, 'disk.raw'))).toBe(false);
      own.set({ disk_mb: least });
      succeeds(own, 'disk');
      expect(statSync(join(own.tmp, 'disk.raw')).size).toBe(Number(least) * MIB);
    } finally {
      own.dispose();
    }
  });

  it('An unknown compression is refused with those that the step knows.', () => {
    area.set({ qcow2_compression: 'lzma' });
    const { status, stderr } = area.run('qcow2');
    area.set({ qcow2_compression: 'zstd' });
    succeeds(area, 'qcow2');
    expect(status).toBe(1);
    expect(stderr).toContain("qcow2_compression is 'lzma'; this step knows zlib, zstd and none.");
    expect(runTool('qemu-img', 'info', join(area.media, 'sample.qcow2'))).toContain('compression type: zstd');
  });
});

const whyNotPacked = why ?? lacksTool('mksquashfs', 'unsquashfs');

describe.skipIf(whyNotPacked)(
  whyNotPacked ? `a disk of a packed system (${whyNotPacked})` : 'a disk of a packed system',
  () => {
    let area: OutputArea;
    const read = (path: string): string =>
      runTool('debugfs', '-R', `cat ${path}`, `${join(area.tmp, 'disk.raw')}?offset=${ROOT}`);

    beforeAll(() => {
      area = new OutputArea({ disk_spare_mb: '16' });
      area.write('pkg_image/boot/grub/grub.cfg', MENU);
      for (const name of ['vmlinuz', 'initrd']) area.write(`pkg_image/live/${name}`, name);
      area.write('tree/usr/lib/modules/6.1.0/modules.dep', '');
      area.write('tree/usr/bin/systemd-repart', '#!', 0o755);
      area.write('tree/boot/config-6.1.0', '');
      area.write('tree/etc/fstab', '# none');
      const timers = join(area.folder, 'tree/etc/systemd/system');
      area.write('tree/etc/systemd/system/own.service', '');
      for (const timer of ['fstrim.timer', 'mine.timer']) runTool('ln', '-s', '/dev/null', join(timers, timer));
      runTool(
        'mksquashfs',
        join(area.folder, 'tree'),
        join(area.folder, 'pkg_image/live/filesystem.squashfs'),
        '-quiet',
      );
      succeeds(area, 'disk');
    });
    afterAll(() => area.dispose());

    it('It has the kernel under the names that kernel packages keep.', () => {
      expect(read('/boot/vmlinuz-6.1.0')).toBe('vmlinuz');
      expect(read('/boot/initrd.img-6.1.0')).toBe('initrd');
      const links = runTool('debugfs', '-R', 'stat /vmlinuz', `${join(area.tmp, 'disk.raw')}?offset=${ROOT}`);
      expect(links).toContain('Fast link dest: "boot/vmlinuz-6.1.0"');
    });

    it('It mounts its root by UUID, and grows to the size of its drive.', () => {
      const uuid = /root=UUID=(\S+) ro boot/.exec(read('/boot/grub/grub.cfg').replace('$options', 'boot'))?.[1] ?? '';
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(read('/etc/fstab')).toContain(`UUID=${uuid} / ext4 errors=remount-ro,x-systemd.growfs 0 1\n`);
      expect(read('/etc/repart.d/50-root.conf')).toBe('[Partition]\nType=root\n');
      expect(read('/boot/grub/grub.cfg')).not.toContain('boot=live');
    });

    it('Jobs that the live system does without run again; others stay as they are.', () => {
      const units = runTool(
        'debugfs',
        '-R',
        'ls -p /etc/systemd/system',
        `${join(area.tmp, 'disk.raw')}?offset=${ROOT}`,
      );
      expect(units).not.toContain('fstrim.timer');
      expect(units).toContain('mine.timer');
    });
  },
);

/** A system that is all in its initrd. */
function sample(values: Readonly<Record<string, string>> = {}): OutputArea {
  const area = new OutputArea({ disk_spare_mb: '32', ...values });
  area.write('pkg_image/boot/grub/grub.cfg', MENU);
  for (const name of ['vmlinuz', 'initrd']) area.write(`pkg_image/boot/${name}`, Buffer.alloc(MIB, name));
  return area;
}

function succeeds(area: OutputArea, step: string): void {
  const { status, stderr } = area.run(step);
  expect(status, stderr).toBe(0);
}

function bytesAt(path: string, at: number, count: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(count);
    readSync(file, bytes, 0, count, at);
    return bytes;
  } finally {
    closeSync(file);
  }
}
