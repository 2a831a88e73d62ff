import { expect, it } from 'vitest';
import { exitText } from '../../src-shared/exit-text';

it('A process exited with a status, or a signal ended it.', () => {
  expect(exitText(0)).toBe('exited with status 0');
  expect(exitText(3, null)).toBe('exited with status 3');
  expect(exitText(null, 'SIGKILL')).toBe('was ended by SIGKILL');
  expect(exitText(null)).toBe('was ended by a signal');
  expect(exitText(undefined)).toBe('was ended by a signal');
});
