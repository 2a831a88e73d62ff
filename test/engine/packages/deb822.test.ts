// `.sources` files are read as APT reads them: APT itself prints what it would fetch.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSourcesFile } from '../../../src-engine/packages/apt/deb822';
import { hasTool } from '../../support/run-tool';
import { tempFolder } from '../../support/temp-folder';

/** The releases that APT would fetch for a file; `undefined` when it refuses the file. */
function byApt(text: string): string[] | undefined {
  const folder = tempFolder();
  for (const name of ['parts', 'lists/partial']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'parts/test.sources'), text);
  const settings = { 'Dir::Etc::sourcelist': '/dev/null', 'Dir::Etc::sourceparts': `${folder}/parts` };
  const options = Object.entries({ ...settings, 'Dir::State::lists': `${folder}/lists` }).flatMap(([name, value]) => [
    '-o',
    `${name}=${value}`,
  ]);
  const { status, stdout } = spawnSync('apt-get', [...options, 'update', '--print-uris'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return [...stdout.matchAll(/^'(\S+)\/InRelease'/gm)].map(([, release = '']) => release);
}

/** The same by the engine, which leaves what it cannot read to APT. */
function byUs(text: string): string[] | undefined {
  const entries = readSourcesFile(text, 'test.sources');
  if (entries.some((entry) => 'text' in entry)) return undefined;
  return entries.flatMap((entry) =>
    'text' in entry
      ? []
      : entry.addresses.flatMap((address) => entry.suites.map((suite) => `${address}/dists/${suite}`)),
  );
}

const SOURCE = 'Types: deb\nURIs: http://h/1\nSuites: a\nComponents: main\n';

describe.skipIf(!hasTool('apt-get'))('a .sources file', () => {
  it.each([
    ['a comma in an address', SOURCE.replace('h/1', 'h/a,b')],
    ['a comma between suites, which is part of the name', SOURCE.replace('Suites: a', 'Suites: a,b')],
    ['commas between architectures', `${SOURCE}Architectures: amd64,i386\n`],
    ['several addresses and suites', SOURCE.replace('h/1', 'h/1 http://h/2').replace('Suites: a', 'Suites: a b')],
    ['a field that is there twice', `${SOURCE}URIs: http://h/2\n`],
    ['a line of blanks between two stanzas, which joins them', `${SOURCE}  \n${SOURCE.replace('h/1', 'h/2')}`],
    ['two stanzas', `${SOURCE}\n${SOURCE.replace('h/1', 'h/2')}`],
    ['Windows line ends', `${SOURCE}\n${SOURCE.replace('h/1', 'h/2')}`.replaceAll('\n', '\r\n')],
    ['comments', `# one\n${SOURCE}#URIs: http://h/2\n`],
    ['a stanza that is switched off', `${SOURCE.replace('h/1', 'h/2')}Enabled: no\n\n${SOURCE}`],
    ['a type with a capital letter', SOURCE.replace('deb', 'Deb')],
    ['types with a comma', SOURCE.replace('deb', 'deb,deb-src')],
    ['a byte order mark', `\uFEFF${SOURCE}`],
    ['no suites', SOURCE.replace('Suites: a\n', '')],
    ['no addresses', SOURCE.replace('URIs: http://h/1\n', '')],
    ['no types', SOURCE.replace('Types: deb\n', '')],
  ])('with %s is read as by APT', (_, text) => {
    expect(byUs(text)).toEqual(byApt(text));
  });
});
