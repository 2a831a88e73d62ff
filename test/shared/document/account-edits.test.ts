import { describe, expect, it } from 'vitest';
import {
  pairsOfUser,
  plainUserName,
  renameUser,
  setDefaultLocale,
  userNameFault,
} from '../../../src-shared/document/account-edits';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { applySplices } from '../../../src-shared/manifest/splice';

const SOURCE = `<distribution name="x">
  <img_params>
    <locale_list>C.UTF-8 de_DE.UTF-8</locale_list>
    <locale_defaults locale="C.UTF-8"/>
    <user username="jack" UID="1000"><homedir>/export/home/jack</homedir></user>
    <user username="eva"><homedir>/srv/jack</homedir></user>
  </img_params>
  <key_value_pairs>
    <pair key="user_jack_groups" value="audio"/>
    <pair key="user_jackson_groups" value="video"/>
    <pair key="user_jack_keys" value="ssh-ed25519 AAAA"/>
    <pair key="user_mia_keys" value="ssh-ed25519 BBBB"/>
  </key_value_pairs>
</distribution>
`;
const tree = parseManifest(SOURCE);
const JACK = 'img_params/user';
const EVA = 'img_params/user[1]';
const renamed = (path: string, name: string): string => applySplices(SOURCE, renameUser(tree, path, name).splices);

describe('renaming a user', () => {
  it('takes the home folder and the script parameters along', () => {
    expect(renamed(JACK, 'anna')).toBe(
      SOURCE.replace('"jack"', '"anna"')
        .replace('/export/home/jack', '/export/home/anna')
        .replace('user_jack_groups', 'user_anna_groups')
        .replace('user_jack_keys', 'user_anna_keys'),
    );
  });

  it('leaves a home folder that is not named after the user, and parameters that exist already', () => {
    expect(renamed(EVA, 'ida')).toBe(SOURCE.replace('"eva"', '"ida"'));
    expect(renamed(JACK, 'mia')).toContain('user_jack_keys');
    expect(renamed(JACK, 'mia')).toContain('user_mia_groups');
  });

  it('is one gesture, so that typing is one entry of the history', () => {
    const gestures = ['a', 'an'].map((name) => renameUser(tree, JACK, name).gesture);
    expect(gestures[0]).toBeDefined();
    expect(gestures[1]).toBe(gestures[0]);
  });
});

it.each([
  ['jack', undefined],
  ['anna_2-x', undefined],
  ['', 'A user needs a name.'],
  ['Anna', /begins with a small letter/],
  ['2anna', /begins with a small letter/],
  ['a'.repeat(33), /at most 32/],
  ['eva', 'Another user is called eva.'],
  ['www-data', 'www-data is an account of the base system.'],
])('The user name %j', (name, fault) => {
  const found = userNameFault(tree, JACK, name);
  if (fault instanceof RegExp) expect(found).toMatch(fault);
  else expect(found).toBe(fault);
});

it('The script parameters of a user are those of the whole name.', () => {
  expect(pairsOfUser(tree, JACK)).toEqual(['key_value_pairs/pair', 'key_value_pairs/pair[2]']);
});

it('A default locale is added to the locales, unless they have it or are not listed.', () => {
  const set = (source: string, locale: string): string =>
    applySplices(source, setDefaultLocale(parseManifest(source), 'img_params', locale).splices);
  expect(set(SOURCE, 'fr_FR.UTF-8')).toBe(
    SOURCE.replace('locale="C.UTF-8"', 'locale="fr_FR.UTF-8"').replace('de_DE.UTF-8<', 'de_DE.UTF-8 fr_FR.UTF-8<'),
  );
  expect(set(SOURCE, 'de_DE.UTF-8')).toBe(SOURCE.replace('locale="C.UTF-8"', 'locale="de_DE.UTF-8"'));
  const unlisted = SOURCE.replace(/.*locale_list.*\n/, '');
  expect(set(unlisted, 'fr_FR.UTF-8')).toBe(unlisted.replace('locale="C.UTF-8"', 'locale="fr_FR.UTF-8"'));
});

it.each([
  ['Field.Tech', 'fieldtech'],
  ['Jörg Müller', 'jorgmuller'],
  ['2nd-user', 'nd-user'],
  ['42', ''],
  ['日本', ''],
  ['a'.repeat(40), 'a'.repeat(32)],
])('The user name that is nearest to %s is %j.', (text, name) => {
  expect(plainUserName(text)).toBe(name);
});
