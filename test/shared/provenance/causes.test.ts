import { describe, expect, it } from 'vitest';
import { causeByBytes, causeByPath, causeByText } from '../../../src-shared/provenance/causes';
import { suspectLine } from '../../../src-shared/provenance/script-causes';

const byText = (before: string, after: string) => causeByText({ before, after, hosts: ['alpha', 'beta'] });

describe('the cause of a difference in text', () => {
  it.each([
    ['2026-12-01T02:03:04Z', '2027-01-05T11:00:00Z', 'time'],
    ['Tue Dec  1 02:03:04 UTC 2026', 'Wed Dec  2 12:03:04 UTC 2026', 'time'],
    ['Tue, 01 Dec 2026 02:03:04 +0000', 'Wed, 02 Dec 2026 02:03:09 +0000', 'time'],
    ['built at 1764554584', 'built at 1799554584', 'time'],
    ['id 8c6ee2a0-51c5-4d5a-9f0b-0c5c9f1d3c11', 'id 11111111-2222-4333-8444-555566667777', 'random'],
    ['root:$6$ab$cdefgh:1', 'root:$6$xy$zuvwef:1', 'random'],
    ['b\na\nc\n', 'a\nb\nc\n', 'order'],
    ['B\na\n', 'a\nB\n', 'locale'],
    ['1.5 MB', '1,5 MB', 'locale'],
    ['LANG=C', 'LANG=de_DE.UTF-8', 'locale'],
    ['host alpha', 'host beta', 'host-name'],
    ['pid 123', 'pid 4567', 'process'],
    ['one', 'two', undefined],
    ['at 12:00:01 on alpha', 'at 12:00:05 on beta', 'host-name'],
  ])('%s and %s: %s', (before, after, cause) => {
    expect(byText(before, after)).toBe(cause);
  });
});

it('Paths show caches and random files.', () => {
  expect(causeByPath('pkg_image/var/cache/ldconfig/aux-cache')).toBe('cache');
  expect(causeByPath('pkg_image/usr/lib/python3/x.pyc')).toBe('cache');
  expect(causeByPath('pkg_image/etc/machine-id')).toBe('random');
  expect(causeByPath('pkg_image/etc/ssh/ssh_host_rsa_key')).toBe('random');
  expect(causeByPath('pkg_image/etc/hostname')).toBeUndefined();
});

it('Bytes show the time of gzip, and random content.', () => {
  const gzip = (time: number): Uint8Array => Uint8Array.of(0x1f, 0x8b, 8, 0, time, 0, 0, 0, 0, 3, 1, 2, 3);
  expect(causeByBytes(gzip(1), gzip(2))).toBe('time');
  const noise = (factor: number): Uint8Array => Uint8Array.from({ length: 256 }, (_, at) => (at * factor + 7) % 256);
  expect(causeByBytes(noise(5), noise(77))).toBe('random');
  expect(causeByBytes(Uint8Array.of(0, 1), Uint8Array.of(0, 2))).toBeUndefined();
});

it('A line of the script that mentions the file goes before others; comments are no lines.', () => {
  const script = '#!/bin/sh\n# date >built\ndate >other\ndate >"$2/built"\n';
  expect(suspectLine(script, 'built', 'time')).toEqual({ cause: 'time', number: 4, text: 'date >"$2/built"' });
  expect(suspectLine(script, 'third')).toMatchObject({ number: 3 });
  expect(suspectLine(script, 'third', 'time')).toBeUndefined();
});
