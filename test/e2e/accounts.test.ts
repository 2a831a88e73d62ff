import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { debianLive } from './support/samples';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ anna@workshop';

it('A user with a hashed password, a key, German and a keyboard is added, and undone byte for byte.', async () => {
  const document = debianLive();
  const before = readFileSync(document, 'utf8');
  const { page } = await openInChromium({ document });
  const designer = new Designer(page);
  await designer.goTo('Accounts and locale');
  if (process.env.SLIPWAY_LOOK) await page.screenshot({ path: `${process.env.SLIPWAY_LOOK}-before.png` });

  await designer.button('Change… password of root').click();
  await page.getByLabel('New password').fill('correct horse');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('[data-password=hash]').count()).toBe(1);
  await designer.button('Store as a hash of jack').click();
  await expect.poll(() => page.locator('[data-password=hash]').count()).toBe(2);
  await page.getByRole('option', { name: /jack/ }).getByText('Password', { exact: true }).waitFor();

  await designer.button('Add user').click();
  const user = page.getByRole('region', { name: /^User / });
  await expect.poll(() => user.getByLabel('User name').inputValue()).toBe('user');
  await user.getByLabel('User name').fill('anna');
  await page.getByRole('option', { name: /anna/ }).getByText('Locked').waitFor();
  await user.getByLabel('Full name').fill(`Anna O'Hara`);
  await user.getByLabel('Administrator (sudo)').selectOption('nopasswd');
  await designer.button('Add key… of anna').click();
  const keys = user.getByLabel('New SSH key of anna');
  await keys.fill('-----BEGIN OPENSSH PRIVATE KEY-----');
  await user.getByText('This is a private key.').waitFor();
  await keys.fill(KEY);
  await page.keyboard.press('Enter');
  await user.getByText('anna@workshop').waitFor();
  await page.getByRole('option', { name: /anna/ }).getByText('1 key').waitFor();
  await page.getByLabel('Keyboard').fill('de nodeadkeys');
  if (process.env.SLIPWAY_LOOK) await page.screenshot({ path: `${process.env.SLIPWAY_LOOK}-after.png` });
  await designer.save();

  const after = readFileSync(document, 'utf8');
  expect(after).toMatch(/<rootpass is_plaintext="false">\$6\$/);
  expect(after).toMatch(/<password encrypted="true">\$6\$/);
  expect(after).toContain('<user username="anna" UID="1001" GID="1001">');
  for (const pair of [
    `key="user_anna_gecos" value="Anna O\\'Hara"`,
    'key="user_anna_sudo" value="nopasswd"',
    `key="user_anna_keys" value="${KEY}"`,
    'key="keyboard" value="de nodeadkeys"',
  ])
    expect(after).toContain(`<pair ${pair}/>`);
  for (const secret of ['correct horse', '>slipway<', '>jack<', 'PRIVATE']) expect(after).not.toContain(secret);

  await page.getByRole('heading', { name: 'Accounts and locale' }).click();
  await designer.undoUntil(() => readFileSync(document, 'utf8') === before);
});

it('A user is renamed, and locale, time zone, shell, groups and keys are chosen, by keyboard.', async () => {
  const document = debianLive();
  const before = readFileSync(document, 'utf8');
  const { page } = await openInChromium({ document });
  const designer = new Designer(page);
  await designer.goTo('Accounts and locale');
  const user = page.getByRole('region', { name: /^User / });

  // A search by country, a search that is left, and one by the language's own name.
  await page.getByLabel('Time zone').fill('portugal');
  await page.getByRole('option', { name: 'Europe/Lisbon' }).waitFor();
  await page.getByLabel('Time zone').fill('lisbon');
  await page.keyboard.press('Enter');
  await page.getByText(/^UTC[+-]?\d*, now /).waitFor();
  await user.getByLabel('Login shell').fill('zsh');
  await page.keyboard.press('Escape');
  await expect.poll(() => user.getByLabel('Login shell').inputValue()).toBe('/bin/bash');
  await page.getByLabel('Locale', { exact: true }).fill('português brazil');
  await page.keyboard.press('Enter');
  await designer.button('Remove pt_BR.UTF-8').waitFor();
  await user.getByLabel('Groups').fill('aud');
  await page.keyboard.press('Enter');
  await page.keyboard.type('harbour quay ');
  await user.getByRole('button', { name: 'Remove harbour' }).waitFor();
  await user.getByRole('button', { name: 'Remove quay' }).waitFor();

  // A private key in a file adds nothing; public ones are added once.
  const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  const files = page.locator('input[type=file][aria-label="Public key files of jack"]');
  await files.setInputFiles([file('id', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl'), file('id.pub', KEY)]);
  await user.getByText('id: This is a private key.').waitFor();
  await files.setInputFiles([file('id.pub', `${KEY}\n`), file('again.pub', KEY)]);
  await designer.hears('1 key added');
  await designer.button('Remove key anna@workshop of jack').click();
  await designer.hears('Key removed');
  await files.setInputFiles([file('id.pub', KEY)]);
  await designer.hears('1 key added');

  // Names that an image refuses stay in the field.
  const name = user.getByLabel('User name');
  await name.fill('Anna');
  await user.getByText('The name is still jack.').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type('anna');
  await expect.poll(() => name.inputValue()).toBe('anna');
  await designer.save();

  const after = readFileSync(document, 'utf8');
  expect(after).toContain('timezone="Europe/Lisbon"');
  expect(after).toMatch(/<locale_list>[^<]*pt_BR\.UTF-8<\/locale_list>/);
  expect(after).toContain('locale="pt_BR.UTF-8"');
  expect(after).toContain('<homedir>/home/anna</homedir>');
  expect(after).toContain('<pair key="user_anna_groups" value="audio harbour quay"/>');
  expect(after).toContain(`<pair key="user_anna_keys" value="${KEY}"/>`);
  expect(after).not.toMatch(/user_jack|="jack"/);

  await page.getByRole('heading', { name: 'Accounts and locale' }).click();
  await designer.undoUntil(() => readFileSync(document, 'utf8') === before);
});

it('Users are duplicated, moved and removed in their list, and root is locked, by keyboard.', async () => {
  const document = debianLive();
  const before = readFileSync(document, 'utf8');
  const { page } = await openInChromium({ document });
  const designer = new Designer(page);
  await designer.goTo('Accounts and locale');
  const row = (name: RegExp) => page.getByRole('listbox', { name: 'Users' }).getByRole('option', { name });
  const editor = page.getByRole('region', { name: /^User / });

  await row(/jack/).focus();
  await page.keyboard.press('Control+d');
  await designer.hears('User duplicated');
  await expect
    .poll(() => editor.getByLabel('User name').evaluate((field) => field === field.ownerDocument.activeElement))
    .toBe(true);
  await page.keyboard.type('x');
  await row(/jack2x/).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+ArrowUp');
  await designer.hears('User jack2x moved to position 1 of 2');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => editor.getByLabel('User name').inputValue()).toBe('jack');
  await page.keyboard.press('Delete');
  await designer.hears('User jack removed');
  await page.keyboard.press('Enter');
  await expect.poll(() => editor.getByLabel('User name').inputValue()).toBe('jack2x');

  // Locked root keeps nothing of the password; a generated one is stored as a hash only.
  const signIn = page.getByRole('group', { name: 'Root sign-in' });
  await signIn.getByRole('button', { name: 'Locked' }).press('Enter');
  await designer.hears('Root is locked');
  await designer.save();
  expect(readFileSync(document, 'utf8')).toContain('<rootpass is_plaintext="false">!</rootpass>');
  await signIn.getByRole('button', { name: 'Password' }).press('Enter');
  await designer.button('Generate a password of root').press('Enter');
  const generated = await page.getByLabel('New password').inputValue();
  expect(generated).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
  await page.getByLabel('New password').press('Enter');
  await expect.poll(() => page.locator('[data-password=hash]').count()).toBe(1);
  await designer.save();
  const after = readFileSync(document, 'utf8');
  expect(after).toMatch(/<rootpass is_plaintext="false">\$6\$/);
  expect(after).not.toContain(generated);
  expect(after).toContain('username="jack2x"');
  expect(after).not.toContain('username="jack"');

  await page.getByRole('heading', { name: 'Accounts and locale' }).click();
  await designer.undoUntil(() => readFileSync(document, 'utf8') === before);
});
