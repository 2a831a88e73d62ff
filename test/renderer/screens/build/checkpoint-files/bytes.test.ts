import { describe, expect, it } from 'vitest';
import { itemsInView } from '../../../../../src-renderer/components/items-in-view';
import { modeLetters } from '../../../../../src-renderer/screens/build/checkpoint-files/entries';
import { base64Of, bytesOf, hexLine } from '../../../../../src-renderer/screens/build/checkpoint-files/hex';

const all = Uint8Array.from({ length: 256 }, (_, at) => at);

describe('bytes', () => {
  it('go to base64 and back', () => {
    expect(bytesOf(base64Of(all))).toEqual(all);
    expect(base64Of(new Uint8Array())).toBe('');
  });

  it('are shown in lines of sixteen with their letters', () => {
    expect(hexLine(all, 4)).toEqual({
      offset: '00000040',
      bytes: '40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f',
      text: '@ABCDEFGHIJKLMNO',
    });
    expect(hexLine(all.subarray(0, 18), 1)).toEqual({
      offset: '00000010',
      bytes: '10 11'.padEnd(48),
      text: '..',
    });
  });
});

describe('a mode', () => {
  it.each([
    ['d0755', 'drwxr-xr-x'],
    ['-4755', '-rwsr-xr-x'],
    ['-2644', '-rw-r-Sr--'],
    ['d1777', 'drwxrwxrwt'],
    ['l0777', 'lrwxrwxrwx'],
    ['-0000', '----------'],
  ])('%s is %s', (mode, letters) => expect(modeLetters(mode)).toBe(letters));
});

describe('rows in view', () => {
  it('are the visible ones and a few more, and none that do not exist', () => {
    expect(itemsInView(0, 100, 20, 1000)).toEqual({ first: 0, end: 13 });
    expect(itemsInView(2000, 100, 20, 1000)).toEqual({ first: 92, end: 113 });
    expect(itemsInView(19_900, 100, 20, 1000)).toEqual({ first: 987, end: 1000 });
    expect(itemsInView(5000, 100, 20, 3)).toEqual({ first: 3, end: 3 });
    expect(itemsInView(0, 0, 20, 0)).toEqual({ first: 0, end: 0 });
  });
});
