import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempFolder } from './temp-folder';

/**
 * A configuration of the host's APT in a folder of the test. APT and the engine read it in place of /etc/apt when
 * `APT_CONFIG` is the value of `env`. The trusted keys are the host's.
 */
export class TestHostApt {
  readonly folder = join(tempFolder(), 'etc/apt');
  readonly env: { readonly APT_CONFIG: string };

  constructor() {
    for (const name of ['sources.list.d', 'preferences.d', 'apt.conf.d', 'auth.conf.d'])
      mkdirSync(join(this.folder, name), { recursive: true });
    symlinkSync('/etc/apt/trusted.gpg.d', join(this.folder, 'trusted.gpg.d'));
    const file = join(dirname(this.folder), 'apt.conf');
    writeFileSync(file, `Dir::Etc "${this.folder}";\n`);
    this.env = { APT_CONFIG: file };
  }

  /** Writes a file below the folder. */
  write(name: string, ...lines: readonly string[]): this {
    writeFileSync(join(this.folder, name), `${lines.join('\n')}\n`);
    return this;
  }
}
