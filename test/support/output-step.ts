// Runs a script of an output on a small tree, as the engine would, with the values of a manifest that has only what it reads.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const resources = join(import.meta.dirname, '../../resources');
const FOLDERS = ['pkg_image', 'tmp', 'boot_archive', 'media'] as const;

/** A build area that output scripts run on. */
export class OutputArea {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-output-'));
  readonly media = join(this.folder, 'media');
  readonly tmp = join(this.folder, 'tmp');
  readonly #values = join(this.folder, 'values');

  /** @param values nodepaths and keys of `key_value_pairs`, with their values */
  constructor(values: Readonly<Record<string, string>> = {}) {
    for (const name of [...FOLDERS, 'bin', 'values']) mkdirSync(join(this.folder, name));
    cpSync(join(resources, 'outputs/scripts'), join(this.folder, 'scripts'), { recursive: true });
    cpSync(join(resources, 'templates/tiny-linux/scripts/common.sh'), join(this.folder, 'scripts/common.sh'));
    // A stand-in for the engine's own: the socket is a folder, which has a file for each value.
    const read = '#!/bin/sh\n[ "$1" != -k ] || shift\ncat "$1/$(printf %s "$2" | tr / _)" 2>/dev/null || true\n';
    writeFileSync(join(this.folder, 'bin/ManifestRead'), read, { mode: 0o755 });
    this.set({ name: 'sample', source_date_epoch: '1767225600', ...values });
  }

  /** Changes values of the manifest. */
  set(values: Readonly<Record<string, string>>): void {
    for (const [path, value] of Object.entries(values))
      writeFileSync(join(this.#values, path.replaceAll('/', '_')), `${value}\n`);
  }

  /** Writes a file, such as `pkg_image/boot/initrd`. */
  write(path: string, content: string | Buffer, mode = 0o644): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content, { mode });
  }

  /** Runs a step's script. */
  run(step: string): { readonly status: number | null; readonly stderr: string } {
    const args = [this.#values, ...FOLDERS.map((name) => join(this.folder, name))];
    const { status, stderr } = spawnSync(join(this.folder, 'scripts', step), args, {
      encoding: 'utf8',
      env: { ...process.env, PATH: [join(this.folder, 'bin'), process.env.PATH].join(delimiter) },
    });
    return { status, stderr };
  }

  /** The SHA-256 of a finished file. */
  digestOf(medium: string): string {
    return sha256(readFileSync(join(this.media, medium)));
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A SHA-256 in hex. */
export const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

/** The boot menu that the templates' grub-setup writes. */
export const MENU = `set timeout="3"
set default="1"
set kernel=/live/vmlinuz
set initrd=/live/initrd
set options="boot=live console=ttyS0 quiet"
menuentry "Sample" {
  linux $kernel $options
  initrd $initrd
}
menuentry "Sample \\"two\\" \\$5" {
  linux $kernel $options toram
  initrd $initrd
}
menuentry "Restart" {
  reboot
}
`;
