import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AptSetup, ConfigFile } from './setup';

/**
 * Writes the configuration of queries for a step that installs packages: `sources.list.d`, `preferences.d`, and
 * `apt.conf` with network settings and policy. Only the owner can read `apt.conf`, because proxies may have passwords.
 */
export function writeBuildConfig(folder: string, { sources, preferences, network, policy }: AptSetup): void {
  writeFolder(join(folder, 'sources.list.d'), sources.map(copied));
  writeFolder(join(folder, 'preferences.d'), preferences);
  writeFileSync(join(folder, 'apt.conf'), [...network, ...policy, ''].join('\n'), { mode: 0o600 });
}

function writeFolder(folder: string, files: readonly ConfigFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
}

/** The method `file` gives dpkg paths of the host, which an image does not have. `copy` has the same addresses. */
const copied = ({ name, text }: ConfigFile): ConfigFile => ({
  name,
  text: text.replace(/(^|\s)file:(?=\/)/gm, '$1copy:'),
});
