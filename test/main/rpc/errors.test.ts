import { ORPCError } from '@orpc/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toWireError } from '../../../src-main/rpc/errors';
import { AppError } from '../../../src-shared/errors';

afterEach(() => vi.restoreAllMocks());

/** The output on the terminal, and the error that the window gets. */
function convert(error: unknown): { wire: unknown; said: string } {
  let said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  return { wire: toWireError(error), said };
}

describe('A failed call:', () => {
  it('An expected failure keeps code, sentence and hint, and is not logged.', () => {
    const { wire, said } = convert(new AppError('missing', 'It is gone.', 'Choose another.'));
    expect(wire).toMatchObject({
      code: 'MISSING',
      status: 422,
      message: 'It is gone.',
      data: { hint: 'Choose another.' },
    });
    expect(said).toBe('');
  });

  it('A refused argument stays as it is.', () => {
    const refused = new ORPCError('BAD_REQUEST', { data: { issues: [] } });
    expect(convert(refused)).toEqual({ wire: refused, said: '' });
  });

  it.each<[string, unknown]>([
    ['a defect', new TypeError('secret path')],
    ['a result that the contract refuses', new ORPCError('INTERNAL_SERVER_ERROR', { message: 'secret path' })],
    ['something that is no error', 'secret path'],
  ])('The terminal has the details of %s, and the window only that there was one.', (_, error) => {
    const { wire, said } = convert(error);
    expect(wire).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', data: undefined });
    expect((wire as Error).message).not.toContain('secret');
    expect((wire as Error).cause).toBeUndefined();
    expect(said).toContain('secret path');
  });
});
