import { expect, it } from 'vitest';
import { writeSynced } from '../../../src-engine/system/files';

it('An error while a file is written names the file.', () => {
  expect(() => writeSynced('/dev/full', 'x')).toThrow(expect.objectContaining({ code: 'ENOSPC', path: '/dev/full' }));
});
