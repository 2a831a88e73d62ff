import { expect, it } from 'vitest';
import { argumentLine } from '../../../src-renderer/text/argument-line';

it('Arguments are shown in one line, each within its quotes, with control characters escaped.', () => {
  expect(argumentLine(['-c', 'touch /x\nrm /y', '\u202ecod\u001b[1A'])).toBe(
    "-c 'touch /x\\nrm /y' '\\u202ecod\\x1b[1A'",
  );
});
