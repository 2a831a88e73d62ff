// The step netboot on a small tree, with the real loaders and archivers.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MENU, OutputArea } from '../../support/output-step';
import { lacksTool, runTool } from '../../support/run-tool';

const why = lacksTool('cpio', 'zstd', 'grub-mkimage');

describe.skipIf(why)(why ? `the step netboot (${why})` : 'the step netboot', () => {
  let area: OutputArea;
  beforeEach(() => {
    area = new OutputArea();
    area.write('pkg_image/boot/grub/grub.cfg', MENU);
  });
  afterEach(() => area.dispose());

  /** Runs the step, and returns the folder for the server. */
  function netboot(): string {
    const { status, stderr } = area.run('netboot');
    expect(status, stderr).toBe(0);
    const served = join(area.folder, 'served');
    mkdirSync(served, { recursive: true });
    runTool('tar', '-xf', join(area.media, 'sample.netboot.tar'), '-C', served);
    return join(served, 'sample');
  }

  function withSquashfs(): void {
    for (const name of ['vmlinuz', 'initrd', 'filesystem.squashfs']) area.write(`pkg_image/live/${name}`, name);
  }

  it('The folder has loaders for BIOS and UEFI, and the menu with paths that are relative to it.', () => {
    withSquashfs();
    const folder = netboot();
    expect(runTool('ls', folder).trim().split('\n')).toEqual([
      'boot.ipxe',
      'filesystem.squashfs',
      'grub.0',
      'grub.cfg',
      'grubx64.efi',
      'initrd',
      'vmlinuz',
    ]);
    const menu = readFileSync(join(folder, 'grub.cfg'), 'utf8');
    expect(menu).toContain('set kernel="$prefix/vmlinuz"\n');
    expect(menu).toContain(
      'set initrd="$prefix/initrd newc:/netboot/live/filesystem.squashfs:$prefix/filesystem.squashfs"\n',
    );
    expect(menu).toContain('set options="$options live-media=/netboot"\nmenuentry "Sample" {\n');
    expect(menu).not.toContain('/live/vmlinuz');
  });

  it('The menu for iPXE has the entries that start Linux, under their places in the whole menu.', () => {
    withSquashfs();
    expect(readFileSync(join(netboot(), 'boot.ipxe'), 'utf8')).toBe(`#!ipxe
set options boot=live console=ttyS0 quiet live-media=/netboot
menu Start from the network
item 0 Sample
item 1 Sample "two" $5
choose --default 1 --timeout 3000 target || exit
goto \${target}

:0
kernel vmlinuz initrd=initrd.magic \${options}
initrd initrd
initrd filesystem.squashfs /netboot/live/filesystem.squashfs
boot

:1
kernel vmlinuz initrd=initrd.magic \${options} toram
initrd initrd
initrd filesystem.squashfs /netboot/live/filesystem.squashfs
boot
`);
  });

  it('The initrd has the folder that the packed image gets into.', () => {
    withSquashfs();
    const initrd = readFileSync(join(netboot(), 'initrd'));
    expect(initrd.toString('latin1', 0, 6)).toBe('initrd');
    const archive = execFileSync('zstd', ['-dcq'], { input: initrd.subarray(6) });
    const listed = execFileSync('cpio', ['--list', '--quiet'], { input: archive, encoding: 'utf8' });
    expect(listed.trim().split('\n')).toEqual(['netboot', 'netboot/live']);
  });

  it('A system that is all in its initrd needs no packed image.', () => {
    for (const name of ['vmlinuz', 'initrd']) area.write(`pkg_image/boot/${name}`, name);
    const folder = netboot();
    expect(readFileSync(join(folder, 'initrd'), 'utf8')).toBe('initrd');
    expect(readFileSync(join(folder, 'grub.cfg'), 'utf8')).toContain('set initrd="$prefix/initrd"\n');
    expect(readFileSync(join(folder, 'boot.ipxe'), 'utf8')).not.toMatch(/live-media|squashfs/);
  });

  it('A second run gives the same bytes, and leaves no temporary files.', () => {
    withSquashfs();
    netboot();
    const first = area.digestOf('sample.netboot.tar');
    netboot();
    expect(area.digestOf('sample.netboot.tar')).toBe(first);
    expect(runTool('find', area.tmp, '-name', 'netboot').trim()).toBe('');
  });

  it('Without a boot menu it names the step that makes it.', () => {
    withSquashfs();
    runTool('rm', join(area.folder, 'pkg_image/boot/grub/grub.cfg'));
    const { status, stderr } = area.run('netboot');
    expect(status).toBe(1);
    expect(stderr).toContain('netboot: Run grub-setup first.');
  });
});
