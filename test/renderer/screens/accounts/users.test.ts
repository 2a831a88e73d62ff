import { describe, expect, it } from 'vitest';
import { duplicateUser } from '../../../../src-renderer/screens/accounts/new-user';
import { userRows } from '../../../../src-renderer/screens/accounts/user-rows';
import { parseManifest } from '../../../../src-shared/manifest/parse';
import { applySplices } from '../../../../src-shared/manifest/splice';

const SOURCE = `<distribution name="x">
  <img_params>
    <user username="jack" UID="1000" GID="1000"><homedir>/home/jack</homedir><password encrypted="false">jack</password></user>
    <user username="anna" UID="1004" GID="10"><homedir>/srv/anna</homedir><password encrypted="true">$6$a$b</password></user>
    <user username="svc-collector"><password encrypted="true">!</password></user>
    <user username="Bad"/>
  </img_params>
  <key_value_pairs>
    <pair key="user_anna_gecos" value="Anna O\\'Hara"/>
    <pair key="user_anna_groups" value="audio, video"/>
    <pair key="user_anna_keys" value="ssh-ed25519 AAAA a&#10;ssh-rsa AAAA b"/>
    <pair key="user_jack_sudo" value="nopasswd"/>
    <pair key="user_svc-collector_sudo" value="no"/>
  </key_value_pairs>
</distribution>
`;
const tree = parseManifest(SOURCE);
const IMAGE = 'img_params';

describe('the list of users', () => {
  const rows = userRows(tree, IMAGE);

  it('has names, groups and who may become root', () => {
    expect(
      rows.map(({ initials, name, fullName, groups, administrator }) => [
        initials,
        name,
        fullName,
        groups,
        administrator,
      ]),
    ).toEqual([
      ['JA', 'jack', '', '', 'no password'],
      ['AO', 'anna', `Anna O'Hara`, 'audio, video', 'with password'],
      ['SC', 'svc-collector', '', '', 'no'],
      ['BA', 'Bad', '', '', 'with password'],
    ]);
  });

  it('has how each signs in, and what is wrong with a name', () => {
    expect(rows.map(({ signIn }) => signIn.map(({ text }) => text))).toEqual([
      ['Plain text'],
      ['2 keys', 'Password'],
      ['Locked'],
      ['No password'],
    ]);
    expect(rows.map(({ fault }) => fault !== undefined)).toEqual([false, false, false, true]);
  });
});

describe('duplicating a user', () => {
  const after = (path: string): string => applySplices(SOURCE, duplicateUser(tree, path).splices);

  it('takes the next name and ids, the home folder of the name, and the script parameters', () => {
    const text = after('img_params/user[1]');
    const [, , , , copy] = userRows(parseManifest(text), IMAGE);
    expect(copy).toMatchObject({ name: 'anna2', fullName: `Anna O'Hara`, groups: 'audio, video' });
    expect(copy?.signIn.map(({ text: way }) => way)).toEqual(['2 keys', 'Password']);
    expect(text).toContain('<user username="anna2" UID="1005" GID="1005">');
    expect(text).toContain('<homedir>/srv/anna2</homedir>');
  });

  it('adds nothing that the user does not have', () => {
    const text = after('img_params/user[3]');
    expect(text.length - SOURCE.length).toBe('    <user username="Bad2"/>\n'.length);
    expect(text).toContain('<user username="Bad2"/>');
  });
});
