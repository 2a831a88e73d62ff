import type { Audit } from './audit';
import { report } from './count';
import { CHAIN } from './step-chain';

/** The place of a step in the chain. */
export const position = (step: string): number => (CHAIN as readonly string[]).indexOf(step);

/** Counts what audits after faults found, and keeps every problem. */
export class FaultTally {
  faults = 0;
  checkpoints = 0;
  entries = 0;
  readonly #problems: string[] = [];
  #lost = 0;
  #wrong = 0;
  #lies = 0;

  /**
   * Counts one fault.
   *
   * @param what the command and the moment
   * @param after the problem of the next build; `undefined` when it succeeded
   */
  add(what: string, found: Audit, after: string | undefined): void {
    this.faults++;
    this.checkpoints += found.checkpoints;
    this.entries += found.entries;
    this.#lost += found.lost.length;
    this.#wrong += found.wrong.length + (after === undefined ? 0 : 1);
    this.#lies += found.lies.length;
    const problems = [...found.lost.map((step) => `lost ${step}`), ...found.wrong, ...found.lies];
    if (after !== undefined) problems.push(after);
    if (problems.length === 0) return;
    this.#problems.push(`${what}: ${problems.join('\n    ')}`);
    report(this.#problems.at(-1) ?? '');
  }

  /** All problems as one text; empty when there is none. */
  get problems(): string {
    return this.#problems.join('\n');
  }

  /** The counts, for a report. */
  get counts(): string {
    return (
      `${this.checkpoints} checkpoints and ${this.entries} entries compared, ${this.#lost} checkpoints lost, ` +
      `${this.#wrong} wrong trees, ${this.#lies} untrue answers`
    );
  }
}
