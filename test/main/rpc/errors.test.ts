import { ORPCError } from '@orpc/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toWireError } from '../../../src-main/rpc/errors';
import { AppError } from '../../../src-shared/errors';

afterEach(() => vi.restoreAllMocks());

/** The output on the terminal, and the error that the window gets. */
function convert(error: unknown): { wire: unknown; output: string } {
  let output = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  return { wire: toWireError(error), output };
}

describe('A failed call:', () => {
  it('An expected failure keeps code, sentence and hint, and is not logged.', () => {
    const { wire, output } = convert(new AppError('missing', 'It is gone.', 'Choose another.'));
    expect(wire).toMatchObject({
      code: 'MISSING',
      status: 422,
      message: 'It is gone.',
      data: { hint: 'Choose another.' },
    });
    expect(output).toBe('');
  });

  it('A refused argument stays as it is.', () => {
    const refused = new ORPCError('BAD_REQUEST', { data: { issues: [] } });
    expect(convert(refused)).toEqual({ wire: refused, output: '' });
  });

  it.each<[string, unknown]>([
    ['a defect', new TypeError('secret path')],
    ['a result that the contract refuses', new ORPCError('INTERNAL_SERVER_ERROR', { message: 'secret path' })],
    ['something that is no error', 'secret path'],
  ])('The terminal has the details of %s, and the window only that there was one.', (_, error) => {
    const { wire, output } = convert(error);
    expect(wire).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', data: undefined });
    expect((wire as Error).message).not.toContain('secret');
    expect((wire as Error).cause).toBeUndefined();
    expect(output).toContain('secret path');
  });
});
