import { describe, expect, it } from 'vitest';
import { keysFault, pairValue, passwordAt, setPair, setPasswordHash } from '../../../src-shared/document/accounts';
import { applySplices, type Edit } from '../../../src-shared/manifest/splice';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { queryNodepath } from '../../../src-shared/manifest/nodepath';
import type { ManifestTree } from '../../../src-shared/manifest/tree';

const edited = (source: string, edit: (tree: ManifestTree) => Edit): string =>
  applySplices(source, edit(parseManifest(source)).splices);

const SOURCE = `<distribution name="x">
  <img_params>
    <rootpass is_plaintext="true">secret</rootpass> <!-- root -->
    <user username="jack"><password encrypted="false">pass</password></user>
  </img_params>
  <key_value_pairs>
    <pair key="a" value="b"/>
  </key_value_pairs>
</distribution>
`;

describe('a password', () => {
  it('is replaced by its hash together with the mark, and the label has nothing of it', () => {
    const root = setPasswordHash(
      parseManifest(SOURCE),
      'img_params/rootpass',
      '$6$salt$hash',
      'Change password of root',
    );
    expect(applySplices(SOURCE, root.splices)).toBe(SOURCE.replace('"true">secret', '"false">$6$salt$hash'));
    expect(root.label).toBe('Change password of root');
    const path = 'img_params/user/password';
    const after = edited(SOURCE, (tree) => setPasswordHash(tree, path, '!', 'Change'));
    expect(after).toBe(SOURCE.replace('"false">pass', '"true">!'));
    expect(passwordAt(parseManifest(SOURCE), path)).toEqual({ text: 'pass', isHash: false });
    expect(passwordAt(parseManifest(after), path)).toEqual({ text: '!', isHash: true });
  });

  it('is added where the manifest has none', () => {
    const source = SOURCE.replace(/ *<rootpass.*\n/, '');
    expect(edited(source, (tree) => setPasswordHash(tree, 'img_params/rootpass', '!', 'Change'))).toContain(
      '<rootpass is_plaintext="false">!</rootpass>',
    );
  });
});

describe('a pair', () => {
  it('is added, changed and removed, each in one splice', () => {
    const add = setPair(parseManifest(SOURCE), 'keyboard', 'de', 'Change keyboard');
    expect(add.splices).toHaveLength(1);
    const added = applySplices(SOURCE, add.splices);
    expect(added).toContain('    <pair key="a" value="b"/>\n    <pair key="keyboard" value="de"/>\n');
    expect(pairValue(parseManifest(added), 'keyboard')).toBe('de');
    expect(edited(added, (tree) => setPair(tree, 'keyboard', 'fr', 'Change'))).toBe(added.replace('"de"', '"fr"'));
    expect(edited(added, (tree) => setPair(tree, 'keyboard', '', 'Change'))).toBe(SOURCE);
    expect(setPair(parseManifest(SOURCE), 'none', '', 'Change').splices).toEqual([]);
  });

  it('arrives at the steps whole, with its quotes and lines', () => {
    const keys = `from="10.0.0.1" ssh-ed25519 AAAA anna's\nssh-ed25519 BBBB bob's`;
    const tree = parseManifest(edited(SOURCE, (at) => setPair(at, 'keys', keys, 'Change')));
    expect(queryNodepath(tree.root, 'key_value_pairs/pair[key=keys]/value')).toEqual([keys]);
    expect(pairValue(tree, 'keys')).toBe(keys);
  });
});

it.each([
  ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 anna@workshop', undefined],
  ['from="10.0.0.1",no-pty ssh-rsa AAAAB3NzaC1yc2E= x\n\n# old\nsk-ssh-ed25519@openssh.com AAAAGnNr', undefined],
  ['ecdsa-sha2-nistp256 AAAAE2VjZHNh', undefined],
  ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk', /private key/],
  ['-----BEGIN RSA PRIVATE KEY-----', /private key/],
  ['ssh-ed25519 AAAAC3Nz\nanna', /^Line 2 is not a public SSH key/],
])('SSH keys %j', (keys, fault) => {
  if (fault) expect(keysFault(keys)).toMatch(fault);
  else expect(keysFault(keys)).toBeUndefined();
});
