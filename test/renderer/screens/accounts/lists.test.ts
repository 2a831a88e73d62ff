import { expect, it } from 'vitest';
import {
  groupsIn,
  hashesIn,
  keyboardsIn,
  localesIn,
  shellsIn,
  zonesIn,
} from '../../../../src-renderer/screens/accounts/image-lists';
import { ownKeyboards, ownLocales, ownZones } from '../../../../src-renderer/screens/accounts/own-lists';
import { timeIn } from '../../../../src-renderer/screens/accounts/time-in';

const valuesOf = (choices: readonly { readonly value: string }[]): string[] => choices.map(({ value }) => value);

it('Shells and groups are read from the files of an image.', () => {
  expect(valuesOf(shellsIn('# /etc/shells\n/bin/sh\n/bin/bash\n\n/bin/sh\n'))).toEqual(['/bin/sh', '/bin/bash']);
  expect(valuesOf(groupsIn('root:x:0:\nvideo:x:44:jack\naudio:x:29:\n'))).toEqual(['audio', 'root', 'video']);
});

it('An image uses yescrypt when its PAM configuration has it.', () => {
  expect(hashesIn('password [success=1 default=ignore] pam_unix.so obscure yescrypt\n')).toEqual([
    { value: 'yescrypt' },
  ]);
  expect(hashesIn('# yescrypt is newer\npassword sufficient pam_unix.so sha512\n')).toEqual([]);
});

it('Locales of an image are those in UTF-8, with their character set and their languages.', () => {
  const text = '# a comment\nde_DE.UTF-8 UTF-8\nde_DE ISO-8859-1\nca_ES@valencia UTF-8\nC.UTF-8 UTF-8\n';
  expect(localesIn(text)).toEqual([
    { value: 'de_DE.UTF-8', text: 'German (Germany) · Deutsch (Deutschland)' },
    { value: 'ca_ES.UTF-8@valencia', text: 'Catalan (Spain) · català (Espanya)' },
    { value: 'C.UTF-8', text: 'No language' },
  ]);
});

it('Zones of an image have their countries and remarks.', () => {
  const text =
    '# codes\nUS\t+404251-0740023\tAmerica/New_York\tEastern (most areas)\nAD\t+4230+00131\tEurope/Andorra\n';
  expect(zonesIn(text)).toEqual([
    { value: 'UTC' },
    { value: 'America/New_York', text: 'United States: Eastern (most areas)' },
    { value: 'Europe/Andorra', text: 'Andorra' },
  ]);
});

it('Keyboards of an image are layouts, each followed by its variants.', () => {
  const text = `! model
  pc105           Generic 105-key PC

! layout
  us              English (US)
  de              German
  custom          A user-defined custom Layout

! variant
  nodeadkeys      de: German (no dead keys)
  intl            us: English (US, intl., with dead keys)

! option
  grp             Switching to another layout
`;
  expect(keyboardsIn(text)).toEqual([
    { value: 'us', text: 'English (US)' },
    { value: 'us intl', text: 'English (US, intl., with dead keys)' },
    { value: 'de', text: 'German' },
    { value: 'de nodeadkeys', text: 'German (no dead keys)' },
  ]);
});

it('Without an image common locales, keyboards and all time zones are offered, once each.', () => {
  for (const choices of [ownLocales(), ownKeyboards(), ownZones()])
    expect(new Set(valuesOf(choices)).size).toBe(choices.length);
  expect(valuesOf(ownLocales())).toEqual(expect.arrayContaining(['C.UTF-8', 'de_DE.UTF-8', 'zh_TW.UTF-8']));
  expect(ownZones()).toContainEqual({ value: 'Europe/Lisbon', text: 'Portugal' });
  expect(valuesOf(ownZones())[0]).toBe('UTC');
});

it('The time in a zone is shown, and nothing for a name that is no zone.', () => {
  const noon = new Date('2026-07-01T12:00:00Z');
  expect(timeIn('Europe/Berlin', noon)).toBe('UTC+2, now 14:00');
  expect(timeIn('UTC', noon)).toBe('UTC+0, now 12:00');
  expect(timeIn('Europe/Berl', noon)).toBeUndefined();
  expect(timeIn('', noon)).toBeUndefined();
});
