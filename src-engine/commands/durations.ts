import { AppError } from '../../src-shared/errors';

const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };
const BYTES: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** Parses an age such as `12h` or `30d`, in seconds. Throws `AppError('usage')`. */
export function parseAge(option: string, text: string | undefined): number | undefined {
  return parse(option, text, SECONDS, 'a number with m, h, d or w, for example 30d');
}

/** Parses a size such as `40G`, in bytes. Throws `AppError('usage')`. */
export function parseSize(option: string, text: string | undefined): number | undefined {
  return parse(option, text, BYTES, 'a number of bytes, or one with K, M, G or T, for example 40G');
}

/** Parses a count. Throws `AppError('usage')`. */
export function parseCount(option: string, text: string | undefined): number | undefined {
  return parse(option, text, { '': 1 }, 'a number');
}

function parse(
  option: string,
  text: string | undefined,
  units: Readonly<Record<string, number>>,
  form: string,
): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = ''] = /^(\d+)([A-Za-z]?)$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (digits === undefined || factor === undefined)
    throw new AppError('usage', `--${option} must be ${form}, not ${text}.`);
  return Number(digits) * factor;
}
