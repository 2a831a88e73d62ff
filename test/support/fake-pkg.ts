import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openIps } from '../../src-engine/packages/ips/ips-source';
import type { PackageSource } from '../../src-engine/packages/package-source';
import { tempFolder } from './temp-folder';

/** A plan in the form of pkg, with the members of an installation into an empty image. */
export const planOf = (...fmris: readonly string[]): string =>
  JSON.stringify({
    'activate-be': true,
    'add-packages': fmris,
    'affect-packages': [],
    'be-name': null,
    'change-packages': [],
    'child-images': [],
    'image-name': null,
    'item-messages': {},
    licenses: [],
    'remove-packages': [],
    'space-available': 1000,
    'space-required': 3 * 1024 * 1024,
    version: 0,
  });

/** A fake pkg(1) whose `install` is a shell script. It records its calls. */
export class FakePkg {
  readonly folder = tempFolder();
  readonly #calls = join(tempFolder(), 'calls');
  readonly #path = join(tempFolder(), 'pkg');

  /**
   * @param url the address of a publisher
   * @param publishers the publishers that the manifest names for it
   */
  constructor(
    readonly url: string,
    install: string,
    readonly publishers: readonly string[] = [''],
  ) {
    this.installs(install);
  }

  installs(shell: string): void {
    const lines = [
      '#!/bin/sh',
      '# A fake pkg(1) for a test: it installs nothing, and solves nothing.',
      `echo "$*" >> '${this.#calls}'`,
      'case "$*" in',
      '  image-create*) shift 4; [ ! -e "$1" ] && mkdir "$1";;',
      `  *install*) ${shell};;`,
      'esac',
    ];
    writeFileSync(this.#path, `${lines.join('\n')}\n`);
    chmodSync(this.#path, 0o755);
  }

  /** Opens a source that asks this pkg. */
  open(): PackageSource {
    return openIps(
      this.publishers.map((publisher) => ({ url: this.url, publisher })),
      this.folder,
      this.#path,
    );
  }

  async source(): Promise<PackageSource> {
    const source = this.open();
    await source.refresh();
    return source;
  }

  /** The calls, with placeholders for the paths of folders. */
  get calls(): string[] {
    if (!existsSync(this.#calls)) return [];
    const lines = readFileSync(this.#calls, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => line.replace(/\/\S*\/image\S*/g, 'IMAGE').replace(this.url, 'URL'));
  }
}
