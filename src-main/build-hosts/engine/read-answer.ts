import * as z from 'zod';
import { failureAnswer } from '../../../src-shared/engine-answers/failure';
import { AppError } from '../../../src-shared/errors';

/** Answers nest a few levels. What reads a value that is nested a million times uses up the stack. */
const MAX_DEPTH = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether a text nests brackets too deep. Strings are skipped. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) isString = false;
    } else if (code === QUOTE) isString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

/** The JSON document in a command's output; `undefined` when it is cut off, or not from Slipway's engine. */
export function parseDocument(text: string): unknown {
  if (!text.startsWith('{') && !text.startsWith('[')) return undefined;
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // cut off, or not JSON
  }
}

/** Parses a `--json` document of the engine. Throws `unsupported` when an engine of another version answers in another form. */
export function readAnswer<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'unsupported',
    `The engine of the build host answers in a form that this version of Slipway cannot read: ${z.prettifyError(parsed.error)}`,
    'Install the same version of Slipway there.',
  );
}

/** The refusal that a `--json` document holds; `undefined` for any other answer. */
export function refusalOf(answer: unknown): AppError | undefined {
  const parsed = failureAnswer.safeParse(answer);
  if (!parsed.success) return undefined;
  const { code, message, hint } = parsed.data.error;
  return new AppError(code, message, hint);
}
