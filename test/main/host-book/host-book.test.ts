import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostBook } from '../../../src-main/host-book/host-book';
import { Secrets, type Keychain } from '../../../src-main/host-book/secrets';
import { parseJumps, problemsOf, THIS_COMPUTER } from '../../../src-shared/hosts/model';
import { entryOf } from '../../support/ssh-host';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'slipway-book-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

describe('the host book', () => {
  it('keeps hosts, and which document is built on which, in a file for its owner alone', async () => {
    const book = await HostBook.open(state);
    let changes = 0;
    book.onChange(() => changes++);
    await Promise.all([book.save(entryOf('a')), book.save(entryOf('b')), book.choose('/x/manifest.xml', 'b')]);
    await book.save({ ...entryOf('a'), name: ' builder ' });
    expect(changes).toBe(4);
    expect(statSync(join(state, 'hosts.json')).mode & 0o777).toBe(0o600);
    const again = await HostBook.open(state);
    expect(again.list().map(({ id, name }) => `${id} ${name}`)).toEqual(['a builder', 'b b']);
    expect(again.chosen('/x/manifest.xml')).toBe('b');
    await again.remove('b');
    expect([again.chosen('/x/manifest.xml'), again.chosen('/y')]).toEqual([THIS_COMPUTER, THIS_COMPUTER]);
  });

  it('keeps what another app on the same state folder has added', async () => {
    const [one, two] = [await HostBook.open(state), await HostBook.open(state)];
    await one.save(entryOf('a'));
    await two.save(entryOf('b'));
    await Promise.all([one.save(entryOf('c')), two.save(entryOf('d')), one.choose('/x/manifest.xml', 'b')]);
    const again = await HostBook.open(state);
    expect(again.list().map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(again.chosen('/x/manifest.xml')).toBe('b');
    expect(two.list().map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is reported and not replaced when it cannot be read', async () => {
    mkdirSync(join(state, 'hosts.json'));
    const book = await HostBook.open(state);
    expect([book.list(), book.trouble]).toEqual([[], expect.stringContaining('could not be read')]);
    await expect(book.save(entryOf('a'))).rejects.toMatchObject({ code: 'refused' });
    expect(statSync(join(state, 'hosts.json')).isDirectory()).toBe(true);
  });

  it('sets a file aside that it cannot read, and loses nothing', async () => {
    writeFileSync(join(state, 'hosts.json'), '{"version": 99, "hosts": []}');
    const book = await HostBook.open(state);
    expect(book.list()).toEqual([]);
    expect(book.trouble).toContain('set aside');
    const [aside = ''] = readdirSync(state);
    expect(readFileSync(join(state, aside), 'utf8')).toContain('99');
  });

  it('has no entry for this computer, and no two hosts of one name when two are saved at once', async () => {
    const book = await HostBook.open(state);
    await expect(book.save(entryOf(THIS_COMPUTER))).rejects.toMatchObject({ code: 'refused' });
    const saved = await Promise.allSettled([
      book.save(entryOf('a', { name: 'one' })),
      book.save(entryOf('b', { name: 'One' })),
    ]);
    expect(saved.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(book.list().map(({ id }) => id)).toEqual(['a']);
  });

  it('refuses an entry that cannot work, and changes nothing', async () => {
    const book = await HostBook.open(state);
    await expect(book.save(entryOf('a', { address: '-oProxyCommand=x' }))).rejects.toMatchObject({ code: 'refused' });
    expect(book.list()).toEqual([]);
  });
});

describe('an entry of the book', () => {
  it.each([
    [{ name: ' ' }, 'name'],
    [{ name: 'x'.repeat(61) }, 'name'],
    [{ name: 'Taken' }, 'name'],
    [{ address: '' }, 'address'],
    [{ address: 'two words' }, 'address'],
    [{ address: '$(reboot)' }, 'address'],
    [{ address: 'me@host' }, 'address'],
    [{ address: 'host:22' }, 'address'],
    [{ address: '[::1]:22' }, 'address'],
    [{ address: '[::1]' }, 'address'],
    [{ address: 'ssh://host' }, 'address'],
    [{ port: 65536 }, 'port'],
    [{ user: '-l' }, 'user'],
    [{ keys: ['id_rsa'] }, 'keys'],
    [{ jump: 'a,,b' }, 'jump'],
    [{ jump: 'a:65536' }, 'jump'],
  ])('has, with %j, a problem in %s', (part, field) => {
    const problems = problemsOf(entryOf('new', part), [entryOf('other', { name: 'taken' })]);
    expect(problems.map((problem) => problem.field)).toEqual([field]);
  });

  it('may have what ssh accepts', () => {
    const entry = entryOf('new', {
      address: 'fe80::1%eth0',
      port: 22,
      user: 'images',
      keys: ['~/.ssh/id'],
      jump: 'a@[::1]:22,b',
    });
    expect(problemsOf(entry, [])).toEqual([]);
    expect(parseJumps('a@[::1]:22,b')).toEqual([{ address: '::1', user: 'a', port: 22 }, { address: 'b' }]);
  });
});

describe('secrets', () => {
  // The system's keychain needs a desktop session, which tests do not have. This one only reverses the text.
  const keychain: Keychain = {
    isEncryptionAvailable: () => true,
    encryptString: (text) => Buffer.from([...text].reverse().join('')),
    decryptString: (bytes) => [...bytes.toString()].reverse().join(''),
  };

  it('are kept encrypted where the user wants it, and otherwise for this run only', async () => {
    const secrets = new Secrets(state, keychain);
    await secrets.set('a password x', 'hunter2', true);
    await secrets.set('b password x', 'secret', false);
    const file = readFileSync(join(state, 'secrets.json'), 'utf8');
    expect(file).not.toMatch(/hunter2|secret"/);
    expect(await secrets.get('b password x')).toBe('secret');
    const later = new Secrets(state, keychain);
    expect([await later.get('a password x'), await later.get('b password x')]).toEqual(['hunter2', undefined]);
    await later.forget('a ', true);
    expect(await new Secrets(state, keychain).get('a password x')).toBeUndefined();
  });

  it.each([
    ['there is no keychain', undefined],
    ['it does not encrypt', { ...keychain, getSelectedStorageBackend: () => 'basic_text' }],
    ['it is locked', { ...keychain, isEncryptionAvailable: () => false }],
  ])('are never written when %s', async (_, broken) => {
    const secrets = new Secrets(state, broken);
    expect(secrets.canKeep).toBe(false);
    await secrets.set('a', 'hunter2', true);
    expect([await secrets.get('a'), readdirSync(state)]).toEqual(['hunter2', []]);
  });

  it('are ignored when they belong to another keychain', async () => {
    await new Secrets(state, keychain).set('a', 'hunter2', true);
    const other = {
      ...keychain,
      decryptString: () => {
        throw new Error('another key');
      },
    };
    expect(await new Secrets(state, other).get('a')).toBeUndefined();
  });
});
