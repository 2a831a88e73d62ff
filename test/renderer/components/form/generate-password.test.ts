import { expect, it } from 'vitest';
import { generatePassword } from '../../../../src-renderer/components/form/generate-password';

it('A generated password has four groups of letters and digits that are not taken for others, and no two are the same.', () => {
  const passwords = Array.from({ length: 200 }, generatePassword);
  for (const password of passwords) expect(password).toMatch(/^[a-km-np-x2-9]{5}(-[a-km-np-x2-9]{5}){3}$/);
  expect(new Set(passwords).size).toBe(passwords.length);
  expect(new Set(passwords.join('')).size).toBe(31);
});
