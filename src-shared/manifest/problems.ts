import type { Edit } from './splice';
import type { Range } from './tree';

/**
 * A problem of a manifest. The phases come in the order of contract 6.2: the values are checked when the structure is right
 * (`schema`, then `value`). `structure` is ours: a build refuses its errors, `build -l` lists the steps in spite of them. `repository` needs the package lists.
 */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly phase: 'schema' | 'value' | 'structure' | 'repository';
  /** Stable, for programs. */
  readonly code: string;
  /** One sentence: what is wrong, and what would be right. */
  readonly message: string;
  /** Where, as a nodepath. */
  readonly path: string;
  readonly range?: Range | undefined;
  /** Index of the step that the problem is about, counted over all steps. */
  readonly step?: number | undefined;
  /** A one-click repair of the source as written. Its label is the button's. */
  readonly fix?: Edit | undefined;
  /** The line or lines that the original prints for it. */
  readonly original?: string | undefined;
}
