import * as z from 'zod';
import type { ErrorCode } from '../errors';

/** What a `--json` subcommand prints when it refuses or fails. */
export const failureAnswer = z.object({
  failed: z.literal(true),
  error: z.object({
    code: z
      .custom<ErrorCode>((code) => typeof code === 'string')
      .describe('A code of `src-shared/errors.ts`. A newer engine may have more.'),
    message: z.string(),
    hint: z.string().optional(),
  }),
});

/** What a `--json` subcommand prints when it refuses or fails. */
export type FailureAnswer = z.output<typeof failureAnswer>;
