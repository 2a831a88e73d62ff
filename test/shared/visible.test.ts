import { expect, it } from 'vitest';
import { visible, visibleName } from '../../src-shared/visible';

it('Controls of the terminal and of the writing direction are shown and not obeyed.', () => {
  expect(visible('a\u001b[31m\u0007\u202eb\u2028\r\u009b')).toBe('a\\x1b[31m\\x07\\u202eb\\u2028\\x0d\\x9b');
  expect(visible('two\nlines\tü 🏠')).toBe('two\nlines\tü 🏠');
  expect(visibleName('two\nlines')).toBe('two\\nlines');
});
