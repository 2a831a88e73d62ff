import type { Range } from '../manifest/tree';

/** A problem of a variant. The place is in the variant's own file. */
export interface VariantProblem {
  readonly severity: 'error' | 'warning';
  /** Stable, for programs. */
  readonly code: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
  /** UTF-16 offsets into the variant's text. */
  readonly range: Range;
}

/** An error of a variant. */
export const variantError = (code: string, message: string, hint: string, range: Range): VariantProblem => ({
  severity: 'error',
  code,
  message,
  hint,
  range,
});
