import { expect, it } from 'vitest';
import { generatePassword } from '../../../../src-renderer/components/form/generate-password';
import { passwordStrength } from '../../../../src-renderer/components/form/password-strength';

it.each([
  ['', 'weak'],
  ['a', 'weak'],
  ['password', 'weak'],
  ['Passw0rd', 'weak'],
  ['slipway2026', 'weak'],
  ['aaaaaaaaaaaaaaaaaaaa', 'weak'],
  ['abcdefghijklmnop', 'weak'],
  ['987654321', 'weak'],
  ['anna.berg+anna.berg', 'weak'],
  ['correct horse', 'fair'],
  ['K7#mq!2z', 'fair'],
  ['correct horse battery staple', 'good'],
  ['Grüße aus dem Hafen', 'good'],
])('The password %j is %s.', (password, grade) => {
  expect(passwordStrength(password, ['anna.berg']).grade).toBe(grade);
});

it('Generated passwords are good.', () => {
  for (let times = 0; times < 50; times++) expect(passwordStrength(generatePassword()).grade).toBe('good');
});
