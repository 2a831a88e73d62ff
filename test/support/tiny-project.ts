import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { resolveAnswer } from '../../src-shared/engine-answers/packages';
import { debFile, type DebFile } from './deb-file';
import { TestProject } from './engine';
import type { TestHostApt } from './host-apt';
import { root } from './markdown';

/** The kernel of the repositories of a test. */
export const KERNEL = 'linux-image-9.9-amd64';

export const kernel = (): DebFile => debFile(KERNEL, '9.9', { files: { 'boot/vmlinuz-9.9-amd64': 'kernel' } });

const SHELL = '#!/bin/sh\ncase $1 in --list) echo true ;; ln) shift; ln "$@" ;; esac\n';

export const busybox = (version = '1.0'): DebFile =>
  debFile('busybox-static', version, { files: { 'usr/bin/busybox': SHELL } });

/** A manifest of tiny-linux with its first step only, on a host with other APT sources than this one. */
export class TinyProject extends TestProject {
  /** @param more steps after the first one */
  constructor(
    host: TestHostApt,
    packages: readonly string[],
    { url = 'host-apt', suite = '', more = [] as readonly string[], base = [KERNEL, 'busybox-static'] } = {},
  ) {
    super();
    onTestFinished(() => this.dispose());
    cpSync(join(root, 'resources/templates/tiny-linux'), this.folder, { recursive: true });
    this.env = { ...this.env, ...host.env, XDG_CACHE_HOME: join(this.folder, 'cache') };
    const steps = ['im-pop', ...more].map(
      (name) => `<script name="scripts/${name}"><checkpoint name="${name}" message="${name}"/></script>`,
    );
    this.edit((text) =>
      text
        .replace(/(<build_area>)[^<]*/, `$1${this.area}`)
        .replace(/<finalizer>.*<\/finalizer>/s, `<finalizer>${steps.join('')}</finalizer>`)
        .replace('url="host-apt"', `url="${url}"`)
        .replace('<key_value_pairs>', suite === '' ? '$&' : `$&<pair key="suite" value="${suite}"/>`),
    );
    this.name([...base, ...packages]);
  }

  /** Replaces the list of packages. */
  name(packages: readonly string[]): void {
    const names = packages.map((name) => `<pkg name="${name}"/>`).join('');
    this.edit((text) => text.replace(/<packages>.*<\/packages>/s, `<packages>${names}</packages>`));
  }

  /** The packages that queries show. */
  async resolved(): Promise<Record<string, string>> {
    const { stdout, stderr } = await this.run('resolve', '--json', 'manifest.xml');
    if (!stdout.startsWith('{')) throw new Error(stderr);
    const { packages, problems } = resolveAnswer.parse(JSON.parse(stdout));
    expect(problems).toEqual([]);
    return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
  }

  /** Builds, and returns the packages in the image. */
  async built(): Promise<Record<string, string>> {
    const { code, stderr } = await this.build();
    if (code !== 0) throw new Error(stderr);
    return this.unpacked();
  }

  /** The packages in the image, by the files that they have in it. */
  unpacked(): Record<string, string> {
    const share = join(this.area, 'build_data/pkg_image/usr/share');
    return Object.fromEntries(
      readdirSync(share).map((name) => [name, readFileSync(join(share, name, 'version'), 'utf8')]),
    );
  }
}
