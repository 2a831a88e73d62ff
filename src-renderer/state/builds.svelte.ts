import type { AreaView } from '../../src-shared/rpc/builds';
import type { Target } from '../../src-shared/rpc/common';
import { earliestPause } from '../../src-shared/runs/pause';
import type { RunView } from '../../src-shared/runs/run-view';
import { timelineOf, type Column, type Lane } from '../../src-shared/timeline/timeline';
import { visibleName } from '../../src-shared/visible';
import type { Main } from '../rpc';
import { AreaWatch } from './area-watch.svelte';
import type { DocumentSession } from './document-session.svelte';
import type { Hosts } from './hosts.svelte';
import { Lines } from './lines.svelte';
import type { Navigation } from './navigation.svelte';
import type { Notices } from './notices.svelte';
import { Recommendation } from './recommendation.svelte';
import { runEnd } from './run-end';
import { RunList } from './run-list.svelte';
import { Starts } from './starts.svelte';

/** The tabs at the lower right of the build screen. */
export type BuildTab = 'log' | 'changes' | 'files' | 'manifest' | 'shell' | 'outputs';

/** Builds of the open document as main reports them, and the selection on the timeline. */
export class Builds {
  /** The step whose checkpoint is selected. */
  selectedStep = $state<string>();
  /** The run whose log is shown; the newest one by default. */
  selectedRun = $state<string>();
  /** The step whose lines the log shows; all lines of the run when missing. */
  logStep = $state<string>();
  tab = $state<BuildTab>('log');
  /** The step before which the next build pauses. */
  pauseNext = $state<string>();
  /** The lines of checkpoints. */
  readonly lines: Lines;
  /** What the main button does. */
  readonly recommendation: Recommendation;
  /** Starts builds. */
  readonly starts: Starts;
  readonly #watch: AreaWatch;
  readonly #runs = new RunList((run) => this.#onEnd(run));
  readonly #timeline = $derived.by(() => timelineOf(this.area ?? this.#withoutArea, this.runs));
  readonly #main: Main;
  readonly #notices: Notices;
  readonly #session: DocumentSession;

  constructor(main: Main, notices: Notices, navigation: Navigation, session: DocumentSession, hosts: Hosts) {
    this.#main = main;
    this.#notices = notices;
    this.#session = session;
    this.lines = new Lines(main, notices, session, this);
    this.#watch = new AreaWatch(main, session, this.#runs, (lines) => (this.lines.all = lines));
    this.recommendation = new Recommendation(this);
    const { lines, recommendation } = this;
    const parts = { main, notices, navigation, session, hosts, lines, recommendation, runs: this.#runs };
    this.starts = new Starts(parts, this);
  }

  /** The build area for the edits as they are on screen; `undefined` before the host's first answer. */
  get area(): AreaView | undefined {
    return this.#watch.present;
  }

  /** The same, only while it is known what the edits do. */
  get knownArea(): AreaView | undefined {
    return this.#watch.known;
  }

  /** The build area for the saved files. */
  get savedArea(): AreaView | undefined {
    return this.#watch.saved;
  }

  /** Why the area cannot be read now. */
  get trouble(): AreaWatch['trouble'] {
    return this.#watch.trouble;
  }

  /** In the order in which they came. */
  get runs(): readonly RunView[] {
    return this.#runs.all;
  }

  get live(): RunView | undefined {
    return this.#runs.live;
  }

  /** The running run, otherwise the newest. */
  get last(): RunView | undefined {
    return this.#runs.last;
  }

  /** Seconds since the epoch. It advances while a running build is shown. */
  get now(): number {
    return this.#runs.now;
  }

  /** Sets `now`. Called while a running build is shown. */
  tick(): void {
    this.#runs.tick();
  }

  get columns(): readonly Column[] {
    return this.#timeline.columns;
  }

  get lanes(): readonly Lane[] {
    return this.#timeline.lanes;
  }

  /** The run whose log is shown. */
  get shownRun(): RunView | undefined {
    return this.runs.find(({ run }) => run === this.selectedRun) ?? this.last;
  }

  get selected(): Column | undefined {
    return this.columns.find(({ step }) => step === this.selectedStep);
  }

  /** The checkpoint before the selected one, to compare with. */
  get previous(): Column | undefined {
    const at = this.selected?.index ?? 0;
    return this.columns
      .slice(0, at)
      .reverse()
      .find(({ snapshot }) => snapshot !== null);
  }

  /** The last step that a build can resume from; `null` when there is none, or when that is not known. */
  get latestResumable(): string | null {
    return this.knownArea?.latestResumable ?? null;
  }

  /** A title of an action that builds. It includes the save that comes first. */
  titled(action: string): string {
    const shown = visibleName(action);
    return this.#session.isUnsaved ? `Save and ${shown.slice(0, 1).toLowerCase()}${shown.slice(1)}` : shown;
  }

  /** Asks the host about the edits, soon. Call it in an effect. */
  scheduleEdited(): void {
    this.#watch.scheduleEdited();
    this.lines.advice.schedule(this.live ? undefined : this.savedArea, this.lines.all);
  }

  /** Called before a save: what the window shows stays until the area was read again. */
  keepDecision(): void {
    this.#watch.keepDecision();
  }

  /** Reads the build area again. Throws what the host reports. */
  refresh(): Promise<AreaView> {
    return this.#watch.refresh();
  }

  /** Follows the builds of a manifest, and no longer those of the one before. */
  follow(target: Target | undefined): void {
    this.starts.failure = undefined;
    this.lines.reset();
    this.selectedStep = undefined;
    this.selectedRun = undefined;
    this.logStep = undefined;
    this.pauseNext = undefined;
    this.tab = 'log';
    this.#watch.follow(target);
  }

  /** Called when the host has answered a start. */
  onStart(isStarted: boolean): void {
    this.tab = 'log';
    if (!isStarted) return;
    this.selectedRun = undefined;
    this.lines.selectedId = undefined;
    this.logStep = undefined;
    this.pauseNext = undefined;
  }

  #onEnd(run: RunView): void {
    const { message, isGood } = runEnd(run);
    if (isGood) this.#notices.done(message);
    else this.#notices.failed(message);
    if (run.state === 'paused' && run.pausedBefore !== undefined) this.selectedStep = run.pausedBefore;
    if (run.state === 'done' && this.tab === 'log' && this.selectedStep === undefined) this.tab = 'outputs';
  }

  /** Steps of the manifest on screen, while its area is not known. */
  get #withoutArea(): Pick<AreaView, 'steps' | 'at'> {
    const steps = this.#session.document?.loaded?.manifest.steps ?? [];
    return {
      at: 0,
      steps: steps.map(({ name, message }, index) => ({
        index,
        step: name,
        message,
        resumable: false,
        refusalLines: ['The build area has not been read yet.'],
        snapshot: null,
        freshness: null,
        run: null,
        expectedSeconds: null,
      })),
    };
  }

  async cancel(): Promise<void> {
    const { document, target } = this.#session;
    if (!document) return;
    await this.#notices.attempt(async () => {
      const { step, resumeFrom } = await this.#main.builds.cancel(target);
      const left = resumeFrom === null ? 'There is no checkpoint yet.' : `Resume from ${resumeFrom}.`;
      this.#notices.done(`Stopped${step === null ? '' : ` in ${step}`}. ${left}`);
    });
  }

  /** Why the running build, or else the next one, cannot pause before a step; `undefined` when it can. */
  pauseRefusal({ step }: Column): string | undefined {
    if (this.area?.noCheckpoints !== undefined) return this.area.noCheckpoints;
    const checkpointing = this.area?.checkpointing ?? this.#session.document?.loaded?.manifest.checkpointEnable;
    if (checkpointing !== true) return 'Checkpoints are disabled in this manifest, so a build cannot pause.';
    if (!this.live) return undefined;
    if (this.area?.noPauseWhileRunning !== undefined) return this.area.noPauseWhileRunning;
    const at = this.live.planned.findIndex(({ name }) => name === step);
    return at >= earliestPause(this.live) ? undefined : `The build has already begun ${step}.`;
  }

  /** Why checkpoints cannot be removed now; `undefined` when they can. */
  get pruneRefusal(): string | undefined {
    if (this.live) return 'A build is running. Checkpoints can be removed after it ends.';
    if (this.area?.noPrune !== undefined) return this.area.noPrune;
    const { savedArea } = this;
    if (!savedArea?.steps.some(({ snapshot }) => snapshot !== null) && !savedArea?.otherSnapshots.length)
      return 'There are no checkpoints.';
    return this.#session.isUnsaved ? 'Save first. The unsaved changes decide which checkpoints are stale.' : undefined;
  }

  /** Sets or removes the pause before a step, of the running build or else of the next one. */
  async togglePause(step: string): Promise<void> {
    const { document, target } = this.#session;
    const { live } = this;
    const column = this.columns.find((one) => one.step === step);
    if (!document || !column) return;
    const refusal = this.pauseRefusal(column);
    if (refusal !== undefined) {
      this.#notices.failed(refusal);
      return;
    }
    if (!live) {
      this.pauseNext = this.pauseNext === step ? undefined : step;
      const message = this.pauseNext === undefined ? 'Pause removed.' : `The next build pauses before ${step}.`;
      this.#notices.done(message);
      return;
    }
    await this.#notices.attempt(async () => {
      const newPause = live.pause === step ? null : step;
      await this.#main.builds.pauseBefore({ ...target, step: newPause });
      const message = newPause === null ? 'Pause removed.' : `The build pauses before ${step}.`;
      this.#notices.done(message);
    });
  }

  async unqueue(id: string): Promise<void> {
    const { document, target } = this.#session;
    if (!document) return;
    await this.#notices.attempt(async () => {
      await this.#main.builds.unqueue({ ...target, id });
    });
  }
}
