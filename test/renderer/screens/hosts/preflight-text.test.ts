import { expect, it } from 'vitest';
import { hostText } from '../../../../src-renderer/screens/hosts/host-text';
import { verdictOf } from '../../../../src-renderer/screens/hosts/preflight-text';
import type { PreflightCheck } from '../../../../src-shared/rpc/hosts';

const checks = (...states: PreflightCheck['state'][]): PreflightCheck[] =>
  states.map((state, at) => ({ id: `${at}`, title: 'x', state, detail: '' }));

it('says what the host has decided, and calls nothing fine that was not looked at', () => {
  const words = (ok: boolean, ...states: PreflightCheck['state'][]): string => {
    const { tone, words } = verdictOf({ ok, checks: checks(...states) });
    return `${tone}: ${words}`;
  };
  expect(words(true, 'ok', 'note')).toBe('ok: This can be built.');
  expect(words(true, 'ok', 'missing')).toBe('warn: This can be built. It may not need the 1 thing that is missing.');
  expect(words(true, 'unknown', 'missing')).toBe(
    'warn: This can be built, as far as is known: 1 thing could not be looked at.',
  );
  expect(words(false, 'ok', 'missing')).toBe('bad: This cannot be built yet: see what is missing.');
  expect(words(false, 'unknown')).toBe('bad: This cannot be built yet: see what is missing.');
});

it('keeps the lines of a host, and none of its control sequences', () => {
  expect(hostText('one\r\ntwo \x1b[31mred\x1b[0m\nthree\x07')).toBe('one\ntwo red\nthree');
  expect(hostText('\x1b[201~; rm -rf /')).toBe('; rm -rf /');
});
