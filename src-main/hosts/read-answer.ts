import * as z from 'zod';
import { AppError } from '../../src-shared/errors';

/** Reads a `--json` document of the engine. Throws `unsupported` when an engine of another version speaks another form. */
export function readAnswer<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'unsupported',
    `The engine of the build host answers in another form than this version of Slipway knows: ${z.prettifyError(parsed.error)}`,
    'Install the same version of Slipway there.',
  );
}
