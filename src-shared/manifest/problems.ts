import type { Range } from './tree';

/** A one-click repair: replace these ranges of the source. */
export interface ProblemFix {
  readonly title: string;
  readonly edits: readonly { readonly range: Range; readonly text: string }[];
}

/** Something wrong in a manifest. The phases come in the order of contract 6.2; `structure` is ours, and `repository` needs one. */
export interface Problem {
  readonly severity: 'error' | 'warning' | 'info';
  readonly phase: 'defaults' | 'schema' | 'value' | 'structure' | 'repository';
  /** Stable, for programs. */
  readonly code: string;
  /** One sentence: what is wrong, and what would be right. */
  readonly message: string;
  /** Where, as a nodepath. */
  readonly path: string;
  readonly range?: Range;
  readonly fix?: ProblemFix;
  /** The line or lines that the original prints for it. */
  readonly original?: string;
}
