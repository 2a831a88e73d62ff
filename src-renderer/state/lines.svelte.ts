import type { AreaView, Line } from '../../src-shared/rpc/builds';
import type { LineChange } from '../../src-shared/rpc/lines';
import type { RunView } from '../../src-shared/runs/run-view';
import { lineNumber } from '../../src-shared/line-id';
import { lineLanesOf, type LineLane } from '../../src-shared/timeline/line-lanes';
import type { Column } from '../../src-shared/timeline/timeline';
import type { Main } from '../rpc';
import type { DocumentSession } from './document-session.svelte';
import { LineAdvice } from './line-advice.svelte';
import type { Notices } from './notices.svelte';

/** What the lanes of lines are drawn from. */
export interface BuildPicture {
  readonly columns: readonly Column[];
  readonly runs: readonly RunView[];
  readonly live: RunView | undefined;
  readonly area: AreaView | undefined;
}

/** The lines of the build area as main reports them, and the selected one. */
export class Lines {
  /** That of the build data first; empty until they are known, and on a host that keeps none. */
  all = $state.raw<readonly Line[]>([]);
  /** The id of the selected parked line; missing while that of the build data is selected. */
  selectedId = $state<string>();
  readonly advice: LineAdvice;
  readonly #main: Main;
  readonly #notices: Notices;
  readonly #session: DocumentSession;
  readonly #picture: BuildPicture;
  /** One row per line; empty while there is only one line. */
  readonly lanes = $derived.by(() =>
    this.all.length < 2 ? [] : lineLanesOf(this.all, this.#picture.columns, this.#picture.runs),
  );

  constructor(main: Main, notices: Notices, session: DocumentSession, picture: BuildPicture) {
    this.#main = main;
    this.#notices = notices;
    this.#session = session;
    this.#picture = picture;
    this.advice = new LineAdvice(main, session);
  }

  /** Called when another document or host is shown. */
  reset(): void {
    this.all = [];
    this.selectedId = undefined;
  }

  /** The line of the build data; `undefined` until the lines are known. */
  get active(): Line | undefined {
    return this.all[0];
  }

  get parked(): readonly Line[] {
    return this.all.slice(1);
  }

  /** The lane of the selected parked line. */
  get selected(): LineLane | undefined {
    return this.lanes.find(({ line }) => line.id === this.selectedId && !line.active);
  }

  /** `line 2`, as titles name a line. */
  titleOf(id: string): string {
    return `line ${lineNumber(id)}`;
  }

  nameOf(id: string): string {
    return this.all.find((line) => line.id === id)?.name ?? id;
  }

  /** The name of the line that a run built; `undefined` while there is only one line. */
  ofRun({ line }: RunView): string | undefined {
    return this.all.length < 2 || line === undefined ? undefined : this.nameOf(line);
  }

  /** Why no line can be switched to or changed now; `undefined` when one can. */
  get refusal(): string | undefined {
    const { live, area } = this.#picture;
    if (live) return 'A build is running. Stop it first.';
    return area?.noLines;
  }

  /** Why a line cannot have a name; `undefined` when it can. */
  nameRefusal(id: string, text: string): string | undefined {
    const name = text.trim();
    if (name === '') return 'A line needs a name.';
    // Commands accept a name as well as an id.
    return this.all.some((line) => line.id !== id && (line.id === name || line.name === name))
      ? 'Another line has this name.'
      : undefined;
  }

  /** Makes a parked line that of the build data. Throws what the host reports. */
  async activate(id: string): Promise<void> {
    const name = this.nameOf(id);
    await this.#main.builds.switchLine({ ...this.#session.target, line: id });
    this.selectedId = undefined;
    this.#notices.done(`Switched to “${name}”. Nothing was run, and nothing was deleted.`);
  }

  /** Makes a parked line that of the build data, or shows why that is not possible. */
  async switchTo(id: string): Promise<void> {
    if (this.refusal !== undefined) this.#notices.failed(this.refusal);
    else await this.#notices.attempt(() => this.activate(id));
  }

  /** Changes the name, the description or the pin of a line. */
  async change(id: string, change: LineChange): Promise<void> {
    await this.#notices.attempt(async () => {
      const { name } = await this.#main.builds.changeLine({ ...this.#session.target, line: id, change });
      this.#notices.done(
        {
          rename: `The line is named “${name}”.`,
          describe: `The description of “${name}” is saved.`,
          pin: change.kind === 'pin' && change.pinned ? `“${name}” is pinned.` : `“${name}” is no longer pinned.`,
        }[change.kind],
      );
    });
  }
}
