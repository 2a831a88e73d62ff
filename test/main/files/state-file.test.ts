import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDocumentServices } from '../../../src-main/documents';
import { HostBook } from '../../../src-main/host-book/host-book';
import { Secrets, type Keychain } from '../../../src-main/host-book/secrets';
import { TrustedFolders } from '../../../src-main/services/trust/trusted-folders';
import { writeState } from '../../../src-main/files/text-files';
import { runTool } from '../../support/run-tool';
import { entryOf } from '../../support/ssh-host';
import { tempFolder } from '../../support/temp-folder';

const keychain: Keychain = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text),
  decryptString: (bytes) => bytes.toString(),
};

let state: string;
beforeEach(() => {
  state = tempFolder();
});

/** Each file of the app's state, with a change of it. */
const FILES: [file: string, change: () => Promise<unknown>][] = [
  ['hosts.json', async () => (await HostBook.open(state)).save(entryOf('a'))],
  ['secrets.json', () => new Secrets(state, keychain).set('a', 'b', true)],
  ['trusted.json', () => new TrustedFolders(state).add({ folder: '/x' })],
  ['recent.json', () => createDocumentServices({ resources: '/x', state }).documents.forgetRecent({ path: '/x' }, {})],
];

describe.each(FILES)('%s', (file, change) => {
  it('is set aside when its content is not understood, so that the next change does not lose it.', async () => {
    for (const content of ['{"half":', '17', '']) {
      writeFileSync(join(state, file), content);
      await change();
      const aside = readdirSync(state).filter((name) => name.startsWith(`${file}.set-aside-`));
      expect(aside.map((name) => readFileSync(join(state, name), 'utf8'))).toContain(content);
    }
    await change();
    expect(readdirSync(state).filter((name) => name.startsWith(`${file}.set-aside-`))).toHaveLength(3);
  });

  it.each<[string, (path: string) => void]>([
    ['a folder', (path) => mkdirSync(path)],
    ['a pipe without a writer', (path) => runTool('mkfifo', path)],
    ['endless', (path) => symlinkSync('/dev/zero', path)],
    ['huge', (path) => (writeFileSync(path, ''), truncateSync(path, 2 ** 40))],
  ])('is neither read nor replaced when it is %s.', async (_, make) => {
    const path = join(state, file);
    make(path);
    const before = statSync(path);
    await expect(change()).rejects.toMatchObject({ code: 'refused', hint: expect.any(String) });
    expect(statSync(path)).toMatchObject({ mode: before.mode, size: before.size, ino: before.ino });
  });
});

it('Kept secrets that cannot be read are reported in a sentence, and passwords of this run work.', async () => {
  writeFileSync(join(state, 'secrets.json'), 'no JSON');
  const secrets = new Secrets(state, keychain);
  expect(await secrets.get('a')).toBeUndefined();
  expect(secrets.trouble).toMatch(/^The file of kept secrets .*secrets\.json could not be read .* set aside as /);
  await secrets.set('a', 'hunter2', true);
  expect(await new Secrets(state, keychain).get('a')).toBe('hunter2');
});

it('A save removes the temporary file of an app that was killed, and no other file.', async () => {
  const path = join(state, 'hosts.json');
  const names = ['.slipway-0123456789ab', '.slipway-of-a-user', '.slipway-ba9876543210'];
  for (const name of names) writeFileSync(join(state, name), 'half');
  for (const name of names.slice(0, 2)) utimesSync(join(state, name), 1, 1);
  await (await HostBook.open(state)).save(entryOf('a'));
  expect(readFileSync(path, 'utf8')).toContain('"a"');
  expect(readdirSync(state).filter((name) => name.startsWith('.slipway'))).toEqual(names.slice(1).sort());
});

it('A state that cannot be written has a hint for the state, and not for a document.', async () => {
  writeFileSync(join(state, 'file'), '');
  const inFile = writeState(join(state, 'file/state/settings.json'), '{}');
  await expect(inFile).rejects.toMatchObject({ hint: expect.stringContaining('`SLIPWAY_STATE`') as unknown });
  const path = join(state, 'folder');
  mkdirSync(path);
  await expect(writeState(path, '{}')).rejects.toMatchObject({
    message: `${path} cannot be written: it is a folder.`,
    hint: expect.stringContaining('`SLIPWAY_STATE`') as unknown,
  });
});
