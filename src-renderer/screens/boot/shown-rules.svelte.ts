import type { ArchiveRule } from '../../../src-shared/boot-archive/rules';

/** The rules of the boot archive that the filter leaves in the table. Rows count these; indices count all rules. */
export class ShownRules {
  /** What a path has to contain. */
  text = $state('');
  /** `undefined`: rules of both kinds. */
  kind = $state<ArchiveRule['kind']>();
  readonly #rules: () => readonly ArchiveRule[];
  /** The indices of the shown rules. */
  readonly indices: readonly number[] = $derived.by(() => {
    const text = this.text.trim().toLowerCase();
    return this.#rules().flatMap((rule, index) =>
      (this.kind === undefined || rule.kind === this.kind) && rule.path.toLowerCase().includes(text) ? [index] : [],
    );
  });

  constructor(rules: () => readonly ArchiveRule[]) {
    this.#rules = rules;
  }

  /** Shows all rules. */
  clear(): void {
    this.text = '';
    this.kind = undefined;
  }

  /** The rule in a row. */
  readonly indexOf = (row: number): number => this.indices[row] ?? 0;

  /** The rule before which something is inserted that is dropped before a row. */
  readonly targetOf = (row: number): number => (row < this.indices.length ? this.indexOf(row) : this.#rules().length);

  /** The rows of rules, without those that are not shown. */
  rowsOf(indices: readonly number[]): readonly number[] {
    const wanted = new Set(indices);
    return this.indices.flatMap((index, row) => (wanted.has(index) ? [row] : []));
  }
}
