import type { RunNote } from './run-notes';

/**
 * The order of an area's runs. Names of logs have the time of the host's clock, so a run that began after the clock was set back has a
 * name before those of older runs. What is known besides: a note names the run before its own (`after`), and a run that was seen running
 * began after the others that were there.
 */
export class RunOrder {
  /** The run before each run that was seen running, by the path of its folder and its name. */
  readonly #seen = new Map<string, string>();
  /** The runs of each folder as they were sorted last. */
  readonly #sorted = new Map<string, readonly string[]>();

  /** The newest run of a folder as it was sorted last. */
  newest(folder: string): string | undefined {
    return this.#sorted.get(folder)?.at(-1);
  }

  /** Runs of a folder in the order in which they were sorted last, then those that were not there yet. */
  asSorted(folder: string, runs: readonly string[]): string[] {
    const known = this.#sorted.get(folder) ?? [];
    return [...known.filter((run) => runs.includes(run)), ...runs.filter((run) => !known.includes(run)).sort()];
  }

  /**
   * Runs of a folder, oldest first.
   *
   * @param runs in any order
   * @param live the one that a build writes now
   */
  sort(
    folder: string,
    runs: readonly string[],
    notes: ReadonlyMap<string, RunNote>,
    live: string | undefined,
  ): string[] {
    const known = [...runs].sort();
    const afterOf = (run: string): string | undefined => notes.get(run)?.after ?? this.#seen.get(`${folder}/${run}`);
    // Each pass moves runs behind those that were before them. A chain of n runs needs n passes.
    for (let passes = 0, hasMoved = true; hasMoved && passes < known.length; passes++) {
      hasMoved = false;
      for (const run of [...known]) {
        const [at, before] = [known.indexOf(run), known.indexOf(afterOf(run) ?? '')];
        if (before <= at) continue;
        known.splice(at, 1);
        known.splice(before, 0, run);
        hasMoved = true;
      }
    }
    if (live !== undefined && known.at(-1) !== live && known.includes(live)) {
      known.splice(known.indexOf(live), 1);
      this.#seen.set(`${folder}/${live}`, known.at(-1) ?? '');
      known.push(live);
    }
    this.#sorted.set(folder, known);
    return known;
  }
}
