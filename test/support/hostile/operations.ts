import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createDocumentServices } from '../../../src-main/documents';
import { HostBook } from '../../../src-main/host-book/host-book';
import { Secrets } from '../../../src-main/host-book/secrets';
import { TrustedFolders } from '../../../src-main/services/trust/trusted-folders';
import { entryOf } from '../ssh-host';

const RESOURCES = join(import.meta.dirname, '../../../resources');

/** A change that the app makes on disk. */
export interface Operation {
  readonly name: string;
  run(): Promise<unknown>;
}

/** An app whose state and documents are in a folder, with one document and one host. */
export async function appIn(folder: string): Promise<{ readonly manifest: string; readonly operations: Operation[] }> {
  const state = join(folder, 'state');
  const services = createDocumentServices({ resources: RESOURCES, state });
  const { documents, scripts, templates, exporting } = services;
  const create = (name: string) => templates.create({ template: 'blank', folder: join(folder, name), name }, {});
  const { path: manifest } = await create('document');
  const book = await HostBook.open(state);
  await book.save(entryOf('first'));
  const { source, encoding } = await documents.open({ path: manifest }, {});
  // Longer than the free space of a full disk.
  const long = `${source}<!-- ${'x'.repeat(300_000)} -->\n`;
  const hosts = Array.from({ length: 400 }, (_, at) => `host-${at}-${'x'.repeat(500)}`);
  const work = { path: manifest, source: long, scripts: {} };
  const target = (name: string) => ({ path: manifest, source: long, encoding, to: join(folder, name) });
  const keychain = {
    isEncryptionAvailable: () => true,
    encryptString: (text: string) => Buffer.from(text),
    decryptString: (bytes: Buffer) => bytes.toString(),
  };
  const operations: [string, () => Promise<unknown>][] = [
    ['a save', () => documents.save({ path: manifest, source: long, encoding, expected: null }, {})],
    [
      'a save elsewhere',
      () => documents.saveAs({ from: manifest, path: join(folder, 'other/manifest.xml'), source: long, encoding }, {}),
    ],
    ['a save of a script', () => scripts.write({ document: manifest, path: 'scripts/hello', text: long }, {})],
    ['a new script', () => scripts.write({ document: manifest, path: 'scripts/new', text: long }, {})],
    ['an export to a folder', () => exporting.write({ ...target('export'), format: 'folder' }, {})],
    [
      'an export to a file',
      () => exporting.write({ ...target('export.tar.gz'), source: noise(source), format: 'tar.gz' }, {}),
    ],
    ['a copy for recovery', () => documents.keepForRecovery(work, {})],
    ['a host of the book', () => book.save(entryOf('second', { keys: hosts.map((name) => `/${name}`) }))],
    ['a trusted folder', () => new TrustedFolders(state).add({ folder: `/${'x'.repeat(300_000)}` })],
    ['a kept password', () => new Secrets(state, keychain).set('first password', 'x'.repeat(300_000), true)],
  ];
  return { manifest, operations: operations.map(([name, run]) => ({ name, run })) };
}

/** A manifest that gzip cannot compress. */
function noise(source: string): string {
  let text = '';
  for (let seed = 1; text.length < 600_000;) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    text += seed.toString(36).replaceAll('-', '');
  }
  return `${source}<!-- ${text} -->\n`;
}

/** All regular files below a folder with their content, except locks, which every change creates and removes. */
export function contentOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (below: string): void => {
    for (const name of readdirSync(join(folder, below)).sort()) {
      const path = join(below, name);
      if (path === join('state', 'locks')) continue;
      if (statSync(join(folder, path)).isDirectory()) visit(path);
      else found[path] = readFileSync(join(folder, path), 'latin1');
    }
  };
  if (existsSync(folder)) visit('');
  return found;
}
