// The text of a lock: equal locks have equal text, and a damaged one is refused at its line and column.
import { describe, expect, it } from 'vitest';
import { LockSyntaxError, lockText, readLockText, type PackageLock } from '../../../src-shared/packages/package-lock';

const SUM = 'a'.repeat(64);
const LOCK: PackageLock = {
  installer: 'apt',
  archives: [{ url: 'file:/srv/my debs', suite: './', release: SUM, dated: '2026-11-30T10:00:00.000Z' }],
  wanted: ['zsh', '?and(?name(x), ?not(?essential))'],
  priorities: new Map([['mawk', 'required']]),
  packages: [
    { name: 'zsh', architecture: 'amd64', version: '1:5.9-4+b2', sha256: SUM, origin: 'http://a/pool/zsh.deb' },
    { name: 'mawk', architecture: 'amd64', version: '1.3.4~2', sha256: SUM, origin: 'http://a/pool/mawk.deb' },
  ],
};
const TEXT = lockText(LOCK);

/** Where reading a text fails: `LINE:COLUMN message`; `undefined` where it does not. */
function faultOf(text: string): string | undefined {
  try {
    readLockText(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof LockSyntaxError)) throw error;
    return `${error.line}:${error.column} ${error.message}`;
  }
}

describe('the text of a lock', () => {
  it('has what was locked, in an order that does not depend on how it was found', () => {
    const found = readLockText(TEXT);
    expect(lockText(found)).toBe(TEXT);
    expect(found.archives).toEqual(LOCK.archives);
    expect([...found.wanted].sort()).toEqual([...LOCK.wanted].sort());
    expect(lockText({ ...LOCK, packages: [...LOCK.packages].reverse(), wanted: [...LOCK.wanted].reverse() })).toBe(
      TEXT,
    );
    expect(TEXT.endsWith('\n')).toBe(true);
  });

  it.each([
    ['another format', TEXT.replace('slipway-lock 1', 'slipway-lock 2'), '1:1 is not "slipway-lock 1"'],
    ['Windows line ends', TEXT.replaceAll('\n', '\r\n'), '1:15 has a carriage return; the lines of a lock end with LF'],
    ['marks of a merge', TEXT.replace('wanted zsh', '<<<<<<< HEAD\nwanted zsh'), '7:1 begins with "<<<<<<<"'],
    ['the name of a property', `${TEXT}constructor x\n`, '11:1 begins with "constructor"'],
    ['a cut sum', TEXT.replace(`2 ${SUM}`, `2 ${SUM.slice(1)}`), '9:28 has a wrong SHA-256'],
    ['a missing field', TEXT.replace(' http://a/pool/zsh.deb', ''), '10:94 has no origin'],
    ['one field more', TEXT.replace('zsh.deb', 'zsh.deb x'), '10:117 has more than 5 fields'],
    ['a package twice', `${TEXT}${TEXT.split('\n').at(-2)}\n`, '11:9 has the package zsh a second time'],
    ['a lost end', TEXT.slice(0, TEXT.indexOf('package zsh')), '10:1 is the end after 1 of 2 packages'],
    ['no content', '', '1:1 is not "slipway-lock 1"'],
    ['an empty line', TEXT.replace('wanted zsh', '\nwanted zsh'), '7:1 begins with ""'],
  ])('is refused with %s, at its line and column', (_, text, fault) => {
    expect(faultOf(text)).toContain(fault);
  });

  it('is refused when its end is lost at any byte', () => {
    const cuts = Array.from({ length: TEXT.length - 1 }, (_, at) => TEXT.slice(0, at));
    // The last newline may be missing; a cut address is one that is not fetched.
    const accepted = cuts.filter((text) => faultOf(text) === undefined);
    const address = TEXT.lastIndexOf('http');
    expect(accepted.every((text) => text.length > address)).toBe(true);
  });
});
