import { expect, it } from 'vitest';
import { entryOf, formOf, problemsByField } from '../../../../src-renderer/screens/hosts/entry-form';
import type { HostEntry } from '../../../../src-shared/hosts/model';

const FULL: HostEntry = {
  id: '1',
  name: 'buildhost-1',
  address: 'build1.example.org',
  port: 2222,
  user: 'images',
  agent: false,
  keys: ['~/.ssh/images', '/etc/keys/two words'],
  password: false,
  jump: 'me@gate:22,inner',
  root: 'doas',
  engine: 'stock',
  client: 'ssh',
};
const LEAST: HostEntry = {
  id: '2',
  name: 'b',
  address: 'b',
  agent: true,
  keys: [],
  password: true,
  root: 'auto',
  engine: 'auto',
};

it('The form shows an entry and returns it unchanged.', () => {
  for (const entry of [FULL, LEAST]) expect(entryOf(formOf(entry), entry.id)).toStrictEqual(entry);
});

it('The form leaves empty fields to ~/.ssh/config, and uses the address as the name.', () => {
  const form = { ...formOf(undefined), address: ' build1 ', port: ' ', user: '', jump: '\t', keys: '\n ~/.ssh/a \n\n' };
  expect(entryOf(form, '3')).toStrictEqual({
    ...LEAST,
    id: '3',
    name: 'build1',
    address: 'build1',
    keys: ['~/.ssh/a'],
  });
});

it('Each field has its first problem beside it.', () => {
  const wrong = {
    ...formOf(LEAST),
    name: 'BUILDHOST-1',
    address: '-oProxyCommand=x',
    port: '22x',
    user: 'a b',
    jump: 'a;b',
  };
  const problems = problemsByField(entryOf({ ...wrong, keys: 'id_rsa\nother' }, '2'), [FULL, LEAST]);
  expect([...problems.keys()]).toEqual(['name', 'address', 'port', 'user', 'keys', 'jump']);
  expect(problems.get('name')).toBe('There is a host BUILDHOST-1 already.');
  expect(problems.get('keys')).toBe('id_rsa is not a path of a file.');
});

it('A correct form has no problems, also for a host that is in the book.', () => {
  for (const entry of [FULL, LEAST]) expect([...problemsByField(entry, [FULL, LEAST])]).toEqual([]);
});
