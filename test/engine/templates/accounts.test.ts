// What im-mod of the Debian template does with accounts, languages and the keyboard. The image is a stub, so that the commands in it
// are recorded.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Ran, TestProject } from '../../support/engine';
import { stubImageProject } from '../../support/stub-image';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ anna@workshop';
const FILES = {
  'etc/os-release': 'VERSION_CODENAME=bookworm',
  'etc/group': 'root:x:0:\nsudo:x:27:\naudio:x:29:',
  'etc/default/keyboard': 'XKBLAYOUT=us',
  'etc/systemd/system/none': '',
  'etc/sudoers.d/README': '',
  'etc/apt/sources.list.d/none': '',
  'etc/apt/preferences.d/none': '',
  'bin/bash': '',
  'usr/local/sbin/none': '',
  'home/jack/.profile': '',
};
/** The list of locales of the package `locales`, in part. */
const SUPPORTED = `de_DE.UTF-8 UTF-8
de_DE ISO-8859-1
de_DE@euro ISO-8859-15
fr_FR.UTF-8 UTF-8
hi_IN UTF-8
sr_RS@latin UTF-8
ja_JP.EUC-JP EUC-JP`;
const LOCALES = { ...FILES, 'usr/sbin/locale-gen': '', 'usr/share/i18n/SUPPORTED': SUPPORTED };
/** In the stub, a locale has the character set that etc/locale.gen has for it. */
const CHARMAP = `case $3 in locale) sed -n "s/^\${2#LC_ALL=} //p" "$image/etc/locale.gen" ;; esac`;

let project: TestProject | undefined;
afterEach(() => project?.dispose());

async function imMod(
  files: Readonly<Record<string, string>>,
  edit: (text: string) => string,
  inImage = CHARMAP,
): Promise<Ran> {
  project = stubImageProject('im-mod', { files, edit, inImage });
  return project.build();
}
const image = (path: string): string => join(project?.area ?? '', 'build_data/pkg_image', path);
const inImage = (path: string): string => readFileSync(image(path), 'utf8');
const commands = (): string[] => readFileSync(join(project?.folder ?? '', 'commands'), 'utf8').split('\n');
const pair = (key: string, value: string) => (text: string) =>
  text.replace('</key_value_pairs>', `<pair key="${key}" value="${value}"/></key_value_pairs>`);
const locales = (locale: string, list: string) => (text: string) =>
  text.replace('locale="C.UTF-8"', `locale="${locale}"`).replace('<locale_list>C.UTF-8<', `<locale_list>${list}<`);

describe.skipIf(process.getuid?.() !== 0)('im-mod of debian-live', () => {
  it('sets full name, groups, sudo and keys of a user', async () => {
    const { code, stderr } = await imMod(FILES, (text) =>
      [
        pair('user_jack_gecos', `Jack O\\'Neill`),
        pair('user_jack_groups', 'audio dialout'),
        pair('user_jack_sudo', 'nopasswd'),
        pair('user_jack_keys', `${KEY}&#10;from=\\&quot;10.0.0.1\\&quot; ${KEY}`),
        pair('root_keys', KEY),
      ].reduce((at, change) => change(at), text),
    );
    expect(code, stderr).toBe(0);
    const ran = commands();
    expect(ran).toContain(
      `useradd --uid 1000 --gid 1000 --home-dir /home/jack --create-home --shell /bin/bash --comment Jack O'Neill jack`,
    );
    expect(ran.filter((line) => /^(usermod|groupadd)/.test(line))).toEqual([
      'groupadd --gid 1000 jack',
      'usermod --append --groups audio jack',
      'groupadd --system dialout',
      'usermod --append --groups dialout jack',
      'usermod --append --groups sudo jack',
    ]);
    expect(inImage('etc/sudoers.d/user-jack')).toBe('jack ALL=(ALL:ALL) NOPASSWD: ALL\n');
    expect(inImage('home/jack/.ssh/authorized_keys')).toBe(`${KEY}\nfrom="10.0.0.1" ${KEY}\n`);
    expect(statSync(image('home/jack/.ssh/authorized_keys')).mode & 0o777).toBe(0o600);
    expect(inImage('root/.ssh/authorized_keys')).toBe(`${KEY}\n`);
  });

  it('gives a user without the pair for sudo the group, and one with `no` nothing', async () => {
    await imMod(FILES, (text) => text);
    expect(commands()).toContain('usermod --append --groups sudo jack');
    project?.dispose();
    await imMod(FILES, pair('user_jack_sudo', 'no'));
    expect(commands().join('\n')).not.toContain('usermod');
    expect(existsSync(image('etc/sudoers.d/user-jack'))).toBe(false);
  });

  it.each([
    ['user_jack_keys', '-----BEGIN OPENSSH PRIVATE KEY-----', 'the keys of jack have a private key'],
    ['user_jack_sudo', 'yes', `user_jack_sudo is 'yes'`],
    ['user_jack_groups', 'au:dio', 'au:dio is not the name of a group'],
    ['keyboard', 'de', 'the keyboard de needs the package console-setup'],
  ])('refuses %s = %s', async (key, value, message) => {
    const { code, stderr } = await imMod(FILES, pair(key, value));
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });

  it.each([
    ['de_DE.UTF-8', 'de_DE.UTF-8 fr_FR.UTF-8', 'de_DE.UTF-8 UTF-8\nfr_FR.UTF-8 UTF-8\n', 'de_DE.UTF-8'],
    ['de_DE.utf8', 'de_DE.utf8', 'de_DE.UTF-8 UTF-8\n', 'de_DE.UTF-8'],
    ['de_DE.iso88591', 'de_DE.iso88591', 'de_DE ISO-8859-1\n', 'de_DE'],
    ['de_DE.ISO-8859-15@euro', 'de_DE.ISO-8859-15@euro', 'de_DE@euro ISO-8859-15\n', 'de_DE@euro'],
    ['ja_JP.eucjp', 'C.UTF-8 ja_JP.eucjp', 'ja_JP.EUC-JP EUC-JP\n', 'ja_JP.EUC-JP'],
    ['hi_IN.UTF-8', 'hi_IN.UTF-8', 'hi_IN UTF-8\n', 'hi_IN'],
    ['sr_RS.UTF-8@latin', 'sr_RS.UTF-8@latin', 'sr_RS@latin UTF-8\n', 'sr_RS@latin'],
    ['C.UTF-8', 'C.UTF-8 fr_FR.UTF-8', 'fr_FR.UTF-8 UTF-8\n', 'C.UTF-8'],
  ])('makes %s of the list %s', async (locale, list, made, lang) => {
    const { code, stderr } = await imMod(LOCALES, locales(locale, list));
    expect(code, stderr).toBe(0);
    expect(inImage('etc/locale.gen')).toBe(made);
    expect(inImage('etc/default/locale')).toBe(`LANG=${lang}\n`);
  });

  it.each([
    [
      'de_DE',
      'the locale de_DE has no character set.',
      'Write one of de_DE.UTF-8 de_DE.ISO-8859-1 de_DE.ISO-8859-15@euro in',
    ],
    ['de_DE.KOI8-R', 'this image has no locale de_DE.KOI8-R.', 'de_DE.UTF-8'],
    ['xx_YY.UTF-8', 'this image has no locale xx_YY.UTF-8.', 'Change img_params/locale_defaults'],
  ])('refuses the locale %s', async (locale, message, hint) => {
    const { code, stderr } = await imMod(LOCALES, locales(locale, locale));
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  it('fails when a locale was not made, although locale-gen succeeds', async () => {
    const { code, stderr } = await imMod(
      LOCALES,
      locales('de_DE.UTF-8', 'de_DE.UTF-8'),
      'case $3 in locale) echo ANSI_X3.4-1968 ;; esac',
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain('locale-gen did not make de_DE.UTF-8: its character set is ANSI_X3.4-1968, not UTF-8.');
  });

  it('sets the keyboard, and refuses one that the image does not have', async () => {
    const rules = '! layout\n  us  English (US)\n  de  German\n\n! variant\n  nodeadkeys  de: German (no dead keys)\n';
    const files = { ...FILES, 'usr/bin/setupcon': '', 'usr/share/X11/xkb/rules/base.lst': rules };
    const { code, stderr } = await imMod(files, pair('keyboard', 'de nodeadkeys'));
    expect(code, stderr).toBe(0);
    expect(inImage('etc/default/keyboard')).toContain('XKBLAYOUT="de"\nXKBVARIANT="nodeadkeys"\n');
    expect(commands()).toContain('setupcon --save-only');
    project?.dispose();
    expect((await imMod(files, pair('keyboard', 'us nodeadkeys'))).stderr).toContain(
      'there is no keyboard us nodeadkeys.',
    );
  });
});
