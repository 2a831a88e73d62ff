import type { Check, Finding } from '../check';
import { BACKENDS } from '../../snapshots/backends';
import { findTool, installCommand } from '../../system/executables';

/** Tools by purpose, with the Debian package of each. */
const TOOLS: readonly { readonly tool: string; readonly pkg: string; readonly use: string }[] = [
  { ...BACKENDS.btrfs.tool, use: 'checkpoints on btrfs' },
  { tool: 'mmdebstrap', pkg: 'mmdebstrap', use: 'the debian-live template' },
  { tool: 'mksquashfs', pkg: 'squashfs-tools', use: 'the debian-live template' },
  { tool: 'xorriso', pkg: 'xorriso', use: 'ISO images' },
  { tool: 'mcopy', pkg: 'mtools', use: 'UEFI boot images' },
  { tool: 'mkfs.vfat', pkg: 'dosfstools', use: 'UEFI boot images' },
  { tool: 'grub-mkimage', pkg: 'grub-common', use: 'boot loaders' },
  { tool: 'cpio', pkg: 'cpio', use: 'boot archives' },
  { tool: 'zstd', pkg: 'zstd', use: 'boot archives' },
  { tool: 'qemu-system-x86_64', pkg: 'qemu-system-x86', use: 'boot tests' },
];

/** The tools of the engine and of the templates, when no manifest is given. */
export const hostToolsCheck: Check = {
  id: 'tools',
  title: 'tools',
  async run() {
    return TOOLS.map(({ tool, pkg, use }): Finding => {
      const check = { id: `tool:${tool}`, title: `tool ${tool}` };
      return findTool(tool) === undefined
        ? { ...check, state: 'missing', detail: `not installed, needed for ${use}`, fix: installCommand(pkg, tool) }
        : { ...check, state: 'ok', detail: use };
    });
  },
};
