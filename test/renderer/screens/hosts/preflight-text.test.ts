import { expect, it } from 'vitest';
import { hostText } from '../../../../src-renderer/screens/hosts/host-text';
import { isCommand, verdictOf } from '../../../../src-renderer/screens/hosts/preflight-text';
import type { PreflightCheck } from '../../../../src-shared/rpc/hosts';

const checks = (...states: PreflightCheck['state'][]): PreflightCheck[] =>
  states.map((state, at) => ({ id: `${at}`, title: 'x', state, detail: '' }));

it('The text has the verdict of the host, and reports nothing as good that was not checked.', () => {
  const summary = (ok: boolean, ...states: PreflightCheck['state'][]): string => {
    const { tone, text } = verdictOf({ ok, checks: checks(...states) });
    return `${tone}: ${text}`;
  };
  expect(summary(true, 'ok', 'note')).toBe('ok: This can be built.');
  expect(summary(true, 'ok', 'missing')).toBe(
    'warn: This can be built. 1 check failed, which this manifest may not need.',
  );
  expect(summary(true, 'unknown', 'missing')).toBe('warn: This can probably be built. 1 check could not run.');
  expect(summary(false, 'ok', 'missing')).toBe('bad: This cannot be built yet. See the failed checks.');
  expect(summary(false, 'unknown')).toBe('bad: This cannot be built yet. See the failed checks.');
});

it('The text keeps the lines of a host, and none of its control sequences.', () => {
  expect(hostText('one\r\ntwo \x1b[31mred\x1b[0m\nthree\x07')).toBe('one\ntwo red\nthree');
  expect(hostText('\x1b[201~; rm -rf /')).toBe('; rm -rf /');
});

it('Only a fix that is a command is offered for copying.', () => {
  const commands = ['apt-get install --no-install-recommends xorriso', 'PATH=$PATH:/opt/node/bin; export PATH'];
  const sentences = ['Free 3 GiB more in /var.', 'See the cause: zpool status -x tank'];
  expect([...commands, ...sentences].filter(isCommand)).toEqual(commands);
});
