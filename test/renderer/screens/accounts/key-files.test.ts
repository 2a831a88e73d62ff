import { expect, it } from 'vitest';
import { addedKeys, MAX_KEY_FILE_BYTES } from '../../../../src-renderer/screens/accounts/key-files';

const ANNA = 'ssh-ed25519 AAAAC3Nz anna@workshop';
const BERT = 'ssh-rsa AAAAB3Nz bert';

it('Keys of files are added below those that are there, each once whatever its comment.', () => {
  const files = [
    { name: 'a.pub', text: `# of Anna\n${ANNA.replace('anna@workshop', 'other')}\n\n` },
    { name: 'b.pub', text: `${BERT}\r\n${BERT}\n` },
  ];
  expect(addedKeys(`${ANNA}\n`, files)).toEqual({ keys: `${ANNA}\n${BERT}`, count: 1 });
});

it.each([
  ['id_ed25519', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', /^id_ed25519: This is a private key/],
  ['cat.jpg', 'x\0y', /^cat.jpg: this is not a file of public SSH keys/],
  ['empty.pub', '\n', /^empty.pub: this is not/],
  ['large', 'x'.repeat(MAX_KEY_FILE_BYTES), /^large: this is not/],
  ['notes.txt', 'hello', /^notes.txt: Line 1 is not a public SSH key/],
])('The file %s adds nothing, nor do files beside it.', (name, text, fault) => {
  const added = addedKeys(ANNA, [
    { name: 'b.pub', text: BERT },
    { name, text },
  ]);
  expect(added).toMatchObject({ keys: ANNA, count: 0 });
  expect(added.fault).toMatch(fault);
});
