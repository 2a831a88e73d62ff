import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders, writeUnsynced } from '../../system/files';
import { PRIVATE_MODE } from '../../system/modes';
import { writeLogins } from './logins';
import type { AptSetup, ConfigFile } from './setup';

/**
 * Writes the configuration of queries for a step that installs packages: `sources.list.d`, `preferences.d`, and
 * `apt.conf` with network settings and policy. Only the owner can read `apt.conf` and the logins that it names, because
 * proxies may have passwords.
 *
 * @param locked the lines of `apt.conf` for a locked image, instead of network settings and policy
 */
export function writeBuildConfig(
  folder: string,
  { sources, preferences, network, policy, logins }: AptSetup,
  locked?: readonly string[],
): void {
  writeFolder(join(folder, 'sources.list.d'), sources.map(copied));
  writeFolder(join(folder, 'preferences.d'), preferences);
  const lines = [...(locked ?? [...network, ...writeLogins(folder, logins), ...policy]), ''];
  writeUnsynced(join(folder, 'apt.conf'), lines.join('\n'), PRIVATE_MODE);
}

function writeFolder(folder: string, files: readonly ConfigFile[]): void {
  makeFolders(folder);
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
}

/** The method `file` gives dpkg paths of the host, which an image does not have. `copy` has the same addresses. */
const copied = ({ name, text }: ConfigFile): ConfigFile => ({
  name,
  text: text.replace(/(^|\s)file:(?=\/)/gm, '$1copy:'),
});
