import { expect, it, vi } from 'vitest';
import { inBackground } from '../../../src-main/async/guard';
import type { AppError } from '../../../src-shared/errors';

it('Background work that fails is reported, whatever it throws, and ends nothing.', async () => {
  const printed = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const troubles: AppError[] = [];
  const causes = [
    Object.assign(new Error('EMFILE: too many open files, watch'), { syscall: 'watch', code: 'EMFILE' }),
    new TypeError('a defect'),
    'a text',
  ];
  for (const cause of causes)
    inBackground(
      () => Promise.reject(cause as Error),
      (trouble) => troubles.push(trouble),
    );
  inBackground(
    () => {
      throw new RangeError('before it begins');
    },
    (trouble) => troubles.push(trouble),
  );
  await vi.waitFor(() => expect(troubles).toHaveLength(4));
  expect(troubles.map(({ code }) => code).sort()).toEqual(['defect', 'defect', 'defect', 'system']);
  printed.mockRestore();
});
