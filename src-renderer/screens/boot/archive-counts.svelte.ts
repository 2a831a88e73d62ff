import { ArchiveCounts } from '../../../src-shared/boot-archive/counts';
import { ELEMENT } from '../../../src-shared/boot-archive/rules';
import type { Workspace } from '../../state/workspace.svelte';

/** Counts of the last build of an area. */
interface Counted {
  /** Identifies the checkpoints. */
  readonly key: string;
  /** `undefined`: the host cannot compare them, or there are too many files. */
  readonly counts: ArchiveCounts | undefined;
}

/** Files and sizes of the rules in the boot archive of the last build. */
export class CountsOfArchive {
  /** Comparing two trees takes seconds, so the last answer is kept. */
  static #kept: Counted | undefined;
  #counted = $state.raw(CountsOfArchive.#kept);

  constructor(readonly workspace: Pick<Workspace, 'main' | 'session' | 'builds' | 'sinceBuild'>) {}

  /** The checkpoints before and after the step that reads the rules. */
  readonly #place = $derived.by(() => {
    const { builds, session, sinceBuild } = this.workspace;
    const { readers } = sinceBuild;
    const rules = readers?.elements.filter(({ name }) => name === ELEMENT.include) ?? [];
    const steps = new Set(rules.flatMap((element) => readers?.of({ element }) ?? []));
    const at = builds.columns.findIndex(({ step }) => steps.has(step));
    const [before, after] = [builds.columns[at], builds.columns[at + 1]];
    if (builds.live || !before?.snapshot || !after?.snapshot) return undefined;
    const { host, path } = session.target;
    const key = JSON.stringify([host, path, before.step, before.snapshot.takenAt, after.step, after.snapshot.takenAt]);
    return { key, from: before.step, to: after.step };
  });

  /** The counts; `undefined` while they are not known. */
  get counts(): ArchiveCounts | undefined {
    return this.#place && this.#counted?.key === this.#place.key ? this.#counted.counts : undefined;
  }

  /** The step that has read the rules. */
  get step(): string | undefined {
    return this.#place?.from;
  }

  /** Asks the host where the counts are not known. Call it in an effect. Returns a function that stops it. */
  load(): (() => void) | undefined {
    const place = this.#place;
    if (!place || this.#counted?.key === place.key) return undefined;
    const closing = new AbortController();
    const { main, session } = this.workspace;
    const { key, from, to } = place;
    void main.inside
      .changes({ ...session.target, from, to }, { signal: closing.signal })
      .then(
        ({ changes, total }) => (changes.length < total ? undefined : new ArchiveCounts(changes)),
        () => undefined,
      )
      .then((counts) => {
        if (!closing.signal.aborted) CountsOfArchive.#kept = this.#counted = { key, counts };
      });
    return () => closing.abort();
  }
}
