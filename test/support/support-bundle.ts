import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from './engine';
import { runTool } from './run-tool';
import { templateProject } from './template-project';

/** Secrets in manifests, logs and journals, in all forms. A support bundle must contain none of them. */
export const PLANTED = [
  'hunter2',
  'aHVudGVyMg',
  's3cr3t',
  'hunt\x1b',
  'hunt\\u001b',
  '$5$salt$',
  'QyNTUxOQ',
  'pa<ss&wd',
  'pa&lt;ss',
  'kv-value',
] as const;

/** Shell lines that print secrets by mistake; `set -x` does the same. */
const CARELESS = [
  `echo 'root:hunter2' | cat >&2`,
  `echo "$(printf hunter2 | base64)" >&2`,
  `echo 'Authorization: Bearer s3cr3ts3cr3t' >&2`,
  `echo 'get https://x:s3cr3t@repo.example.org/' >&2`,
  `echo 'MY_TOKEN=s3cr3t OTHER=fine'`,
  `echo 'its password is pa<ss&wd or kv-value' >&2`,
  `printf '%s\\n' '-----BEGIN OPENSSH PRIVATE KEY-----' QyNTUxOQAAACDm QyNTUxOQ '-----END OPENSSH PRIVATE KEY-----' >&2`,
  `printf 'pass\\033[1mword: hunt\\033[0mer2\\n' >&2`,
  `echo 'this line is harmless' >&2`,
].join('\n');

/**
 * A project whose manifest and whose first step's output contain many secrets. The step `iso` makes an image of 100,000
 * zeros.
 */
export function carelessProject(): TestProject {
  const project = templateProject({ 'im-pop': CARELESS, iso: 'head -c 100000 /dev/zero >"$5/x.iso"' });
  const hashed = '<user username="mate" UID="1001"><password encrypted="true">$5$salt$hashhash</password></user>';
  const pair = '<pair key="db_password" value="kv-value"/>';
  return project.edit((manifest) =>
    manifest
      .replace('>slipway<', '>hunter2<')
      .replace('>guest<', '>pa&lt;ss&amp;wd<')
      .replace('tinylinux', 'harmless')
      .replace('</user>', `</user>${hashed}`)
      .replace('</key_value_pairs>', `${pair}</key_value_pairs>`)
      .replace(/(message="Populate.*)/, '$1<argslist>"--password" "s3cr3t"</argslist>'),
  );
}

/** Unpacks a bundle below `folder`, with `tar`. Returns its files by their names. */
export function unpack(archive: string, folder: string): Map<string, string> {
  mkdirSync(folder);
  runTool('tar', '-xzf', archive, '-C', folder);
  const [top = ''] = readdirSync(folder);
  const files = readdirSync(join(folder, top), { recursive: true }) as string[];
  return new Map(
    files
      .filter((name) => statSync(join(folder, top, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, top, name), 'utf8')]),
  );
}

/** The secrets that are still there, each with its file. */
export function leaks(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([name, text]) =>
    PLANTED.filter((word) => text.includes(word)).map((word) => `${name}: ${word}`),
  );
}
