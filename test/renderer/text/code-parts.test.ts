import { expect, it } from 'vitest';
import { codeParts, withoutBackticks } from '../../../src-renderer/text/code-parts';

it('Every second part of a message with backticks is code.', () => {
  expect(codeParts('`b` read `key`: it was `x`')).toEqual(['', 'b', ' read ', 'key', ': it was ', 'x', '']);
  expect(withoutBackticks('the script `a b` does not exist')).toBe('the script a b does not exist');
});

it('A backtick without a partner belongs to a name.', () => {
  expect(codeParts('the step a`b failed')).toEqual(['the step a`b failed']);
});
