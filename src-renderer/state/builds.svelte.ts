import type { PlanAnswer } from '../../src-shared/engine-answers/plan';
import type { AreaView, BuildChoice, Line } from '../../src-shared/rpc/builds';
import type { Target } from '../../src-shared/rpc/common';
import { canCombine } from '../../src-shared/checkpoints/rules';
import { suggestedStart } from '../../src-shared/checkpoints/suggest';
import { earliestPause } from '../../src-shared/runs/pause';
import type { RunView } from '../../src-shared/runs/run-view';
import { timelineOf, type Column, type Lane } from '../../src-shared/timeline/timeline';
import { failureOf, type CallFailure, type Main } from '../rpc';
import type { DocumentSession } from './document-session.svelte';
import { EditedArea } from './edited-area.svelte';
import type { Hosts } from './hosts.svelte';
import { keepsLine } from './keeps-line';
import type { Advice } from './line-advice.svelte';
import { Lines } from './lines.svelte';
import type { Navigation } from './navigation.svelte';
import type { Notices } from './notices.svelte';
import { asksForTrust } from './trust';

/** The tabs at the lower right of the build screen. */
export type BuildTab = 'log' | 'changes' | 'files' | 'manifest' | 'shell' | 'outputs';

/** What the user has agreed to for one start. */
interface Accepted {
  /** The build resumes from a stale checkpoint. */
  readonly stale?: boolean;
  /** The build deletes files of another program in its area. */
  readonly foreignFiles?: boolean;
}

/** Builds of the open document as main reports them, and the selection on the timeline. */
export class Builds {
  #saved = $state.raw<AreaView>();
  trouble = $state.raw<{ readonly message: string; readonly hint?: string | undefined }>();
  /** The step whose checkpoint is selected. */
  selectedStep = $state<string>();
  /** The run whose log is shown; the newest one by default. */
  selectedRun = $state<string>();
  /** The step whose lines the log shows; all lines of the run when missing. */
  logStep = $state<string>();
  tab = $state<BuildTab>('log');
  /** The step before which the next build pauses. */
  pauseNext = $state<string>();
  isStarting = $state(false);
  /** Why the last start was refused before its first step. */
  startFailure = $state.raw<CallFailure>();
  /** Seconds since the epoch. It advances while a build runs. */
  now = $state(Date.now() / 1000);
  #runs = $state.raw<readonly RunView[]>([]);
  /** The lines of checkpoints. */
  readonly lines: Lines;
  readonly #edited: EditedArea;
  /** Set from the start of a save until the area was read again. Meanwhile the area that the window showed before the save counts. */
  #outdated = $state.raw<{ readonly shown: AreaView | undefined }>();
  #refreshing: Promise<AreaView> | undefined;
  /** Set at the first answer of the host about the area. Runs that are reported before it belong to the past. */
  #isPastKnown = false;
  /** Runs that ended while a start was being answered. Their ends are announced after the start. */
  #unannounced: RunView[] = [];

  /** The area for the edits as they are on screen, and whether it is known what they do. */
  readonly #present = $derived.by((): { readonly area: AreaView; readonly isKnown: boolean } | undefined => {
    const saved = this.#saved;
    if (!saved) return undefined;
    if (this.live) return { area: saved, isKnown: true };
    const shown = this.#session.isUnsaved ? this.#edited.of(saved) : this.#outdated ? this.#outdated.shown : saved;
    return { area: shown ?? this.#edited.last(saved) ?? saved, isKnown: shown !== undefined };
  });
  readonly #timeline = $derived.by(() => timelineOf(this.area ?? this.#withoutArea, this.#runs));
  readonly #main: Main;
  readonly #notices: Notices;
  readonly #navigation: Navigation;
  readonly #session: DocumentSession;
  readonly #hosts: Hosts;
  #watching: AbortController | undefined;

  constructor(main: Main, notices: Notices, navigation: Navigation, session: DocumentSession, hosts: Hosts) {
    this.#main = main;
    this.#notices = notices;
    this.#navigation = navigation;
    this.#session = session;
    this.#hosts = hosts;
    this.#edited = new EditedArea(main, session);
    this.lines = new Lines(main, notices, session, this);
  }

  /** The build area for the edits as they are on screen; `undefined` before the host's first answer. */
  get area(): AreaView | undefined {
    return this.#present?.area;
  }

  /**
   * Why no build can be started; `undefined` when one can. On another computer the area must be known, because a build from the beginning
   * would discard checkpoints that may be there.
   */
  get startRefusal(): string | undefined {
    const { document, isUnsaved } = this.#session;
    if (!document) return 'Open a manifest first.';
    if (!document.loaded || document.syntaxError) return 'The text is not valid XML. Fix it under XML.';
    if (isUnsaved && document.readOnly)
      return 'The manifest is read-only and has unsaved changes. Save it under another name.';
    if (this.isStarting) return 'A build is starting.';
    if (!this.#hosts.isRemote || this.#saved) return undefined;
    const { link, entry } = this.#hosts.current ?? {};
    const name = entry?.name ?? 'the build host';
    if (link?.state === 'connecting') return `Connecting to ${name}…`;
    if (link && link.state !== 'ready') return `Not connected to ${name}. Connect first.`;
    if (!this.trouble) return `Reading the build area on ${name}…`;
    return `The build area on ${name} cannot be read: ${this.trouble.message}`;
  }

  /** A title of an action that builds. It includes the save that comes first. */
  titled(action: string): string {
    return this.#session.isUnsaved ? `Save and ${action.slice(0, 1).toLowerCase()}${action.slice(1)}` : action;
  }

  /** What the main button does with the edits as they are on screen. While that is not known it names no step. */
  get mainTitle(): string {
    const { lines } = this;
    const advice = this.#advised;
    if (advice?.kind === 'switch') return this.titled(`Switch to ${lines.titleOf(advice.line)}: nothing to run`);
    if (advice?.kind === 'fork') return this.titled(`Resume from ${advice.step} of ${lines.titleOf(advice.line)}`);
    const step = (advice?.kind === 'resume' ? advice.step : this.suggested) ?? undefined;
    if (step === undefined) return this.titled('Build');
    return this.titled(this.#isComplete(step) ? `Build again (from ${step})` : `Resume from ${step}`);
  }

  /** What to do over all lines, with the edits as they are on screen. Missing with one line, and while it is not known. */
  get #advised(): Advice | undefined {
    return this.pauseNext === undefined ? this.plan?.advice : undefined;
  }

  /** Whether the main button switches to another line, where nothing has to run. */
  get isSwitch(): boolean {
    return this.#advised?.kind === 'switch';
  }

  /** What `build --continue` would do with the edits as they are on screen; `undefined` with one line, and while it is not known. */
  get plan(): PlanAnswer | undefined {
    return this.lines.advice.of(this.#saved, this.lines.all);
  }

  /** Whether a build keeps the present state as a line. Without `resume` it is from the beginning. */
  keepsPresent(resume: string | undefined): boolean {
    const { area } = this;
    if (area?.noLines !== undefined) return false;
    const run = [...this.runs].reverse().find(({ line }) => line === undefined || line === this.lines.active?.id);
    return keepsLine({
      steps: this.columns.map(({ step }) => step),
      checkpoints: this.columns.flatMap(({ step, snapshot }) => (snapshot ? [step] : [])),
      // A build that runs will have a result before a queued one starts.
      isFinished: run?.state === 'done' || run?.state === 'running',
      resume,
    });
  }

  /** Whether the last run has built everything, and a build from this step repeats only the last one. */
  #isComplete(step: string): boolean {
    return this.last?.state === 'done' && this.pauseNext === undefined && this.area?.steps.at(-1)?.step === step;
  }

  /** Asks the host about the edits, soon. Call it in an effect. */
  scheduleEdited(): void {
    const saved = this.live ? undefined : this.#saved;
    this.#edited.schedule(saved);
    this.lines.advice.schedule(saved, this.lines.all);
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

  /** Oldest first. */
  get runs(): readonly RunView[] {
    return this.#runs;
  }

  get columns(): readonly Column[] {
    return this.#timeline.columns;
  }

  get lanes(): readonly Lane[] {
    return this.#timeline.lanes;
  }

  /** The running run, otherwise the newest. A run that began after the host's clock was set back may be before others. */
  get last(): RunView | undefined {
    return this.live ?? this.#runs.at(-1);
  }

  get live(): RunView | undefined {
    return [...this.#runs].reverse().find(({ state }) => state === 'running');
  }

  /** The run whose log is shown. */
  get shownRun(): RunView | undefined {
    return this.#runs.find(({ run }) => run === this.selectedRun) ?? this.last;
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

  /** The recommended step to resume from; `null` is the beginning, `undefined` means not known yet. */
  get suggested(): string | null | undefined {
    if (!this.#present?.isKnown) return undefined;
    const pause = this.#indexOf(this.pauseNext) ?? Infinity;
    return suggestedStart(this.#present.area.steps.filter(({ index }) => index < pause));
  }

  /** The last step that a build can resume from; `null` when there is none, or when that is not known. */
  get latestResumable(): string | null {
    return this.#present?.isKnown ? this.#present.area.latestResumable : null;
  }

  /** Called before a save: what the window shows stays until the area was read again. */
  keepDecision(): void {
    this.#outdated = { shown: this.#present?.isKnown ? this.#present.area : undefined };
  }

  /** Reads the build area again. Throws what the host reports. */
  async refresh(): Promise<AreaView> {
    const { target } = this.#session;
    const reading = (this.#refreshing ??= this.#main.builds.area(target).finally(() => (this.#refreshing = undefined)));
    try {
      const area = await reading;
      if (target === this.#session.target) this.#saved = area;
      return area;
    } finally {
      if (target === this.#session.target) this.#outdated = undefined;
    }
  }

  /** Follows the builds of a manifest, and no longer those of the one before. */
  follow(target: Target | undefined): void {
    this.#watching?.abort();
    this.#saved = undefined;
    this.#outdated = undefined;
    this.#refreshing = undefined;
    this.#isPastKnown = false;
    this.#unannounced = [];
    this.startFailure = undefined;
    this.trouble = undefined;
    this.#runs = [];
    this.lines.reset();
    this.selectedStep = undefined;
    this.selectedRun = undefined;
    this.logStep = undefined;
    this.pauseNext = undefined;
    this.tab = 'log';
    if (target === undefined) return;
    const watching = new AbortController();
    this.#watching = watching;
    void this.#watch(target, watching.signal);
  }

  async #watch(target: Target, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of await this.#main.builds.watch(target, { signal })) {
        if (signal.aborted) return;
        if (event.kind === 'area') {
          this.#saved = event.area;
          this.#isPastKnown = true;
          this.trouble = undefined;
        } else if (event.kind === 'trouble') this.trouble = event.trouble;
        else if (event.kind === 'lines') this.lines.all = event.lines;
        else this.#onRuns(event.runs);
      }
    } catch (error) {
      if (!signal.aborted) this.trouble = failureOf(error);
    }
  }

  #onRuns(news: readonly RunView[]): void {
    this.now = Date.now() / 1000;
    const runs = new Map(this.#runs.map((run) => [run.run, run]));
    // A short run may have ended before it was seen running.
    const ended = news.filter((run) => {
      const before = runs.get(run.run);
      return run.state !== 'running' && (before ? before.state === 'running' : this.#isPastKnown);
    });
    for (const run of news) runs.set(run.run, run);
    // In the order in which they came, and not by the clock of the host, which may have been set back.
    this.#runs = [...runs.values()];
    this.#unannounced.push(...ended);
    if (!this.isStarting) this.#announceEnds();
  }

  #announceEnds(): void {
    for (const run of this.#unannounced.splice(0)) this.#announceEnd(run);
  }

  #announceEnd(run: RunView): void {
    const failed = run.steps.find(({ outcome }) => outcome === 'failed');
    const message = {
      done: 'The build is done.',
      paused: `The build paused before ${run.pausedBefore ?? ''}.`,
      failed: `The build failed${failed ? ` in ${failed.step}` : ''}.`,
      cancelled: 'The build was stopped.',
      interrupted: 'The build was interrupted.',
      running: '',
    }[run.state];
    const isGood = run.state === 'done' || run.state === 'paused';
    if (isGood) this.#notices.done(message);
    else this.#notices.failed(message);
    if (run.state === 'paused' && run.pausedBefore !== undefined) this.selectedStep = run.pausedBefore;
    if (run.state === 'done' && this.tab === 'log' && this.selectedStep === undefined) this.tab = 'outputs';
  }

  /**
   * Saves the document, reads the area again, then starts a build or queues it. `recommended` is decided from the saved files. The user is
   * asked before a build resumes from a stale checkpoint, and before it deletes files of another program, unless `accepted` has that.
   */
  async start(wanted: BuildChoice | 'recommended', accepted: Accepted = {}): Promise<void> {
    const refusal = this.startRefusal;
    if (refusal !== undefined) {
      if (!this.isStarting) this.#notices.failed(refusal);
      return;
    }
    const pause = (wanted === 'recommended' ? undefined : wanted.pause) ?? this.pauseNext;
    const conflict = wanted === 'recommended' ? undefined : this.#pauseConflict(wanted.resume, pause);
    if (conflict) {
      this.#notices.failed(conflict.message, conflict.hint);
      return;
    }
    this.#navigation.view = 'build';
    this.isStarting = true;
    this.startFailure = undefined;
    try {
      if (this.#session.isUnsaved && !(await this.#session.save())) return;
      await this.#notices.attempt(
        () => this.#startSaved(wanted, pause, accepted),
        (failure) => {
          this.startFailure = failure;
          this.tab = 'log';
          this.#notices.report(failure);
        },
      );
    } finally {
      this.isStarting = false;
      this.#announceEnds();
    }
  }

  async #startSaved(wanted: BuildChoice | 'recommended', pause: string | undefined, accepted: Accepted): Promise<void> {
    const { target } = this.#session;
    const area = await this.refresh();
    const isAdvised = wanted === 'recommended' && pause === undefined && !this.live && this.lines.parked.length > 0;
    const advice = isAdvised ? await this.lines.advice.ofSaved() : undefined;
    if (advice?.kind === 'switch') return this.lines.activate(advice.line);
    const { resume, line, fork } = this.#choiceOf(wanted, advice);
    const isElsewhere = line !== undefined && line !== this.lines.active?.id;
    const refusal = resume === undefined || this.live || isElsewhere ? undefined : this.resumeRefusal(resume);
    if (refusal) {
      this.#notices.failed(refusal.message, refusal.hint);
      return;
    }
    const again = (more: Accepted) => () => void this.start(wanted, { ...accepted, ...more });
    if (await this.#asksForTrust(again({}))) return;
    if (area.foreign && !accepted.foreignFiles) {
      const dialog = { area: area.dataset ?? area.path, foreign: area.foreign, hostName: this.#hostName };
      this.#navigation.dialog = { kind: 'adopt-area', ...dialog, then: again({ foreignFiles: true }) };
      return;
    }
    if (!accepted.stale && !isElsewhere && (await this.#asksFirst(resume, pause, fork))) return;
    const { queued } = await this.#main.builds.start({
      ...target,
      ...(resume !== undefined && { resume }),
      ...(pause !== undefined && { pause }),
      ...(accepted.foreignFiles && { adopt: true }),
      ...(isElsewhere && { line }),
      ...(fork && { fork }),
    });
    this.selectedRun = undefined;
    this.lines.selectedId = undefined;
    this.logStep = undefined;
    this.pauseNext = undefined;
    this.tab = 'log';
    const kept = fork && this.lines.active ? ` The present state is kept as line “${this.lines.active.name}”.` : '';
    this.#notices.done(
      queued
        ? 'The build is queued until the build area is free.'
        : resume === undefined
          ? `The build has started.${kept}`
          : `The build resumes from ${resume}.${kept}`,
    );
  }

  /** What a start asks the host for. A build that repeats what is current keeps no line, because it would be equal. */
  #choiceOf(wanted: BuildChoice | 'recommended', advice: Advice | undefined): BuildChoice {
    if (wanted !== 'recommended') return { ...wanted, fork: wanted.fork ?? this.keepsPresent(wanted.resume) };
    if (advice?.kind === 'fork') return { resume: advice.step ?? undefined, line: advice.line, fork: true };
    const resume = (advice?.kind === 'resume' ? advice.step : this.suggested) ?? undefined;
    const isRepeated = advice?.kind === 'nothing' || (resume !== undefined && this.#isComplete(resume));
    return { resume, fork: !isRepeated && this.keepsPresent(resume) };
  }

  get #hostName(): string {
    return this.#hosts.isRemote ? (this.#hosts.current?.entry.name ?? 'the build host') : 'this computer';
  }

  /** Opens the question about scripts that were not made here. A failure is reported by the start, which fails for the same reason. */
  async #asksForTrust(then: () => void): Promise<boolean> {
    const parts = { main: this.#main, navigation: this.#navigation, hosts: this.#hosts };
    return asksForTrust(parts, this.#session.target, then).catch(() => false);
  }

  /** Why a build cannot resume from a step now; `undefined` when it can. */
  resumeRefusal(step: string): { readonly message: string; readonly hint?: string } | undefined {
    const column = this.columns.find((one) => one.step === step);
    if (!column?.snapshot) return { message: `There is no checkpoint before ${step} yet.` };
    if (!column.resumable) return { message: column.refusalLines.join('\n') };
    return this.#pauseConflict(step, this.pauseNext);
  }

  /** Resumes from a step, or shows why that is not possible. While a build runs it is refused, unless `isQueued` is set. */
  async resume(step: string, { isQueued = false, fork }: { isQueued?: boolean; fork?: boolean } = {}): Promise<void> {
    // The start reads an area that is not known yet, and decides then.
    const known = this.#saved && this.resumeRefusal(step);
    const refusal =
      this.live && !isQueued ? { message: 'A build is running.', hint: 'Stop it, or wait until it ends.' } : known;
    if (refusal) this.#notices.failed(refusal.message, refusal.hint);
    else await this.start({ resume: step, fork });
  }

  /** Resumes from a checkpoint of a parked line. Both it and the present line stay. */
  async resumeParked(line: Line, step: string): Promise<void> {
    const run = [...this.runs].reverse().find((one) => one.line === line.id);
    const fork = keepsLine({
      steps: this.columns.map((column) => column.step),
      checkpoints: line.checkpoints.map((one) => one.step),
      isFinished: run?.state === 'done',
      resume: step,
    });
    if (this.lines.refusal === undefined) await this.start({ resume: step, line: line.id, fork });
    else this.#notices.failed(this.lines.refusal);
  }

  #pauseConflict(
    resume: string | undefined,
    pause: string | undefined,
  ): { readonly message: string; readonly hint: string } | undefined {
    if (canCombine({ resume: this.#indexOf(resume), pause: this.#indexOf(pause) }).ok) return undefined;
    return {
      message: `Cannot resume from ${resume ?? ''}: the build would pause before ${pause ?? ''}, which is not later.`,
      hint: 'Remove the pause, or resume from an earlier step.',
    };
  }

  /**
   * Opens the question about a checkpoint that is stale, or of which nothing is recorded. Returns `false` when it is neither, or when a
   * running build changes that.
   */
  async #asksFirst(resume: string | undefined, pause: string | undefined, fork: boolean | undefined): Promise<boolean> {
    if (resume === undefined || this.live) return false;
    const { target } = this.#session;
    const choice = { ...target, resume, ...(pause !== undefined && { pause }) };
    // A plan that fails is reported by the start, which fails for the same reason.
    const plan = await this.#main.builds.plan(choice).catch(() => undefined);
    const freshness = plan?.freshness;
    const isStale = freshness?.kind === 'stale';
    if (!plan || !freshness || !(isStale || (freshness.kind === 'unknown' && freshness.isUnrecorded))) return false;
    const reasons = isStale ? freshness.reasons : [`Its freshness is unknown: ${freshness.reason}.`];
    this.#navigation.dialog = {
      kind: 'stale-checkpoint',
      step: resume,
      reasons,
      right: plan.suggested,
      pause,
      fork,
      isStale,
    };
    return true;
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

  #indexOf(step: string | undefined): number | undefined {
    return this.columns.find((column) => column.step === step)?.index;
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
    if (!this.#saved?.steps.some(({ snapshot }) => snapshot !== null) && !this.#saved?.otherSnapshots.length)
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
