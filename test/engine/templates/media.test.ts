// The consoles, the loaders and the media of debian-live.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lacksTool, runTool } from '../../support/run-tool';
import { TemplateSteps, whyNoTemplateSteps } from '../../support/template-step';

const MENU = 'boot/grub/grub.cfg';

describe.skipIf(whyNoTemplateSteps)('the boot menu', () => {
  it('starts the kernel with the screen as /dev/console', async () => {
    const project = await new TemplateSteps(['grub-setup']).made();
    const consoles = /^set options="(.*)"$/m.exec(project.content(MENU) ?? '')?.[1]?.match(/console=\S+/g);
    expect(consoles).toEqual(['console=ttyS0,115200', 'console=tty0']);
  });
});

describe.skipIf(whyNoTemplateSteps)('the loader', () => {
  const marksOf = async (tree: string): Promise<string[]> => {
    const project = await new TemplateSteps(['grub-setup'], tree).made();
    return readdirSync(join(project.image, 'boot/grub')).filter((name) => name.endsWith('.mark'));
  };

  it('searches for a file that only the medium of this build has', async () => {
    const [first, again, other] = await Promise.all(['', '', 'echo other >live/version\n'].map(marksOf));
    expect(first).toHaveLength(1);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('is in the tree of the ISO and in its EFI partition, for 64-bit and 32-bit UEFI', async () => {
    const project = await new TemplateSteps(['grub-setup', 'iso']).made();
    const inTree = runTool('xorriso', '-indev', project.medium('iso'), '-find', '/EFI', '-type', 'f');
    const inPartition = runTool('mdir', '-b', '-/', '-i', join(project.area, 'build_data/tmp/efi.img'), '::/');
    for (const list of [inTree, inPartition]) {
      expect(list).toContain('EFI/BOOT/BOOTX64.EFI');
      if (lacksTool('/usr/lib/grub/i386-efi') === undefined) expect(list).toContain('EFI/BOOT/BOOTIA32.EFI');
    }
  });
});

describe.skipIf(whyNoTemplateSteps)('the media', () => {
  it('hold a squashfs file of more than 4 GiB', async () => {
    const large = 'truncate -s 4100M live/filesystem.squashfs\n';
    const project = await new TemplateSteps(['grub-setup', 'iso'], large).made();
    const path = '/live/filesystem.squashfs';
    const listed = runTool('xorriso', '-indev', project.medium('iso'), '-find', path, '-exec', 'lsdl');
    expect(listed.split(/\s+/)[4]).toBe(String(4100 * 2 ** 20));
  });

  it('have both partition tables right on a stick, with the empty space at its end', async () => {
    const project = await new TemplateSteps(['grub-setup', 'iso', 'usb']).made();
    const image = readFileSync(project.medium('usb'));
    const last = image.length / 512 - 1;
    const header = (sector: number): Buffer => image.subarray(sector * 512, sector * 512 + 92);
    const tableBytes = header(1).readUInt32LE(80) * header(1).readUInt32LE(84);
    const table = last - tableBytes / 512;
    const numbers = (sector: number): number[] =>
      [24, 32, 48, 72].map((offset) => Number(header(sector).readBigUInt64LE(offset)));
    expect(numbers(1)).toEqual([1, last, table - 1, 2]);
    expect(numbers(last)).toEqual([last, 1, table - 1, table]);
    expect(image.readUInt32LE(458)).toBe(last);
    for (const sector of [1, last]) {
      const copy = Buffer.from(header(sector));
      copy.writeUInt32LE(0, 16);
      expect(header(sector).readUInt32LE(16)).toBe(crc32(copy));
      const start = Number(header(sector).readBigUInt64LE(72)) * 512;
      expect(header(sector).readUInt32LE(88)).toBe(crc32(image.subarray(start, start + tableBytes)));
    }
  });
});

/** The checksum of GPT headers, bit by bit as in the specification. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
