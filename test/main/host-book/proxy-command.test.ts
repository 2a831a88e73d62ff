import { expect, it } from 'vitest';
import { changeOf } from '../../../src-main/host-book/client-settings';
import { jumpOf } from '../../../src-main/host-book/proxy-command';

it.each([
  ['ssh -W %h:%p gate', { address: 'gate' }],
  ['ssh gate -W %h:%p', { address: 'gate' }],
  ['/usr/bin/ssh -q -W [%h]:%p anna@gate', { address: 'gate', user: 'anna' }],
  ['exec ssh -qW%h:%p gate', undefined],
  ['exec ssh -q -W%h:%p -l anna -p 2222 gate', { address: 'gate', user: 'anna', port: 2222 }],
  ['ssh -F /home/me/config -W %h:%p gate', { address: 'gate' }],
  ['ssh -o LogLevel=ERROR -aTx -W %h:%p gate', { address: 'gate' }],
])('The command %s is the jump host %j.', (command, jump) => {
  expect(jumpOf(command, '/home/me/config')).toEqual(jump);
});

it.each([
  'nc %h %p',
  'ssh gate nc %h %p',
  'ssh -W other:22 gate',
  'ssh -i ~/.ssh/other -W %h:%p gate',
  'ssh -F /another -W %h:%p gate',
  'ssh -o ForwardAgent=yes -W %h:%p gate',
  'ssh -W %h:%p "gate"',
  'ssh -W %h:%p gate; true',
  'sshx -W %h:%p gate',
  'ssh -W %h:%p',
  'ssh -W %h:%p %r@gate',
  'ssh -l %r -W %h:%p gate',
  'ssh -W %h:%p gate-%n',
])('The command %s is not a jump host.', (command) => {
  expect(jumpOf(command, '/home/me/config')).toBeUndefined();
});

it.each([
  ['a,b,c', undefined],
  ['a,b,c,old', '+old'],
  ['b', 'b'],
  ['a,c', 'a,c'],
  ['old,a,b,c', '^old'],
  ['c,a,b', '^c'],
  ['x,y', 'x,y'],
])('The list %s differs from a,b,c by %s.', (list, change) => {
  expect(changeOf(list, 'a,b,c')).toBe(change);
});
