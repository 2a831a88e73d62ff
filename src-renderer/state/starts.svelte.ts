import type { AreaView, BuildChoice, Line } from '../../src-shared/rpc/builds';
import { canCombine } from '../../src-shared/checkpoints/rules';
import type { RunView } from '../../src-shared/runs/run-view';
import type { Column } from '../../src-shared/timeline/timeline';
import type { CallFailure, Main } from '../rpc';
import type { DocumentSession } from './document-session.svelte';
import type { Hosts } from './hosts.svelte';
import { keepsLine } from './keeps-line';
import type { Lines } from './lines.svelte';
import type { Navigation } from './navigation.svelte';
import type { Notices } from './notices.svelte';
import type { Recommendation } from './recommendation.svelte';
import type { RunList } from './run-list.svelte';
import { asksForTrust } from './trust';

/** The parts of the window's state that a start uses. */
interface Parts {
  readonly main: Main;
  readonly notices: Notices;
  readonly navigation: Navigation;
  readonly session: DocumentSession;
  readonly hosts: Hosts;
  readonly lines: Lines;
  readonly runs: RunList;
  readonly recommendation: Recommendation;
}

/** The build area and the selection that a start reads. */
interface Builds {
  readonly columns: readonly Column[];
  readonly runs: readonly RunView[];
  readonly live: RunView | undefined;
  readonly savedArea: AreaView | undefined;
  readonly trouble: { readonly message: string } | undefined;
  readonly pauseNext: string | undefined;
  /** Reads the area again. */
  refresh(): Promise<AreaView>;
  /** Shows the log. `isStarted` is false when the host refused the start. */
  onStart(isStarted: boolean): void;
}

/** What the user has agreed to for one start. */
interface Accepted {
  /** The build resumes from a stale checkpoint. */
  readonly stale?: boolean;
  /** The build deletes files of another program in its area. */
  readonly foreignFiles?: boolean;
}

/** A message with the next action. */
interface Refusal {
  readonly message: string;
  readonly hint?: string;
}

/** Starts builds, from the beginning or from a checkpoint, after the questions to the user. */
export class Starts {
  isStarting = $state(false);
  /** Why the last start was refused before its first step. */
  failure = $state.raw<CallFailure>();
  readonly #parts: Parts;
  readonly #builds: Builds;

  constructor(parts: Parts, builds: Builds) {
    this.#parts = parts;
    this.#builds = builds;
  }

  /**
   * Why no build can be started; `undefined` when one can. On another computer the area must be known, because a build from the beginning
   * would discard checkpoints that may be there.
   */
  get refusal(): string | undefined {
    const { session, hosts } = this.#parts;
    const { savedArea, trouble } = this.#builds;
    const { document, isUnsaved } = session;
    if (!document) return 'Open a manifest first.';
    if (!document.loaded || document.syntaxError) return 'The text is not valid XML. Fix it under XML.';
    if (isUnsaved && document.readOnly)
      return 'The manifest is read-only and has unsaved changes. Save it under another name.';
    if (this.isStarting) return 'A build is starting.';
    if (!hosts.isRemote || savedArea) return undefined;
    const { link, entry } = hosts.current ?? {};
    const name = entry?.name ?? 'the build host';
    if (link?.state === 'connecting') return `Connecting to ${name}…`;
    if (link && link.state !== 'ready') return `Not connected to ${name}. Connect first.`;
    if (!trouble) return `Reading the build area on ${name}…`;
    return `The build area on ${name} cannot be read: ${trouble.message}`;
  }

  /** Why a build cannot resume from a step now; `undefined` when it can. */
  resumeRefusal(step: string): Refusal | undefined {
    const column = this.#builds.columns.find((one) => one.step === step);
    if (!column?.snapshot) return { message: `There is no checkpoint before ${step} yet.` };
    if (!column.resumable) return { message: column.refusalLines.join('\n') };
    return this.#pauseConflict(step, this.#builds.pauseNext);
  }

  /**
   * Saves the document, reads the area again, then starts a build or queues it. `recommended` is decided from the saved files. The user is
   * asked before a build resumes from a stale checkpoint, and before it deletes files of another program, unless `accepted` has that.
   */
  async start(wanted: BuildChoice | 'recommended', accepted: Accepted = {}): Promise<void> {
    const { notices, navigation, session, runs } = this.#parts;
    const { refusal } = this;
    if (refusal !== undefined) {
      if (!this.isStarting) notices.failed(refusal);
      return;
    }
    const pause = (wanted === 'recommended' ? undefined : wanted.pause) ?? this.#builds.pauseNext;
    const conflict = wanted === 'recommended' ? undefined : this.#pauseConflict(wanted.resume, pause);
    if (conflict) {
      notices.failed(conflict.message, conflict.hint);
      return;
    }
    navigation.view = 'build';
    this.isStarting = true;
    this.failure = undefined;
    await runs.holdEnds(async () => {
      try {
        if (session.isUnsaved && !(await session.save())) return;
        await notices.attempt(
          () => this.#startSaved(wanted, pause, accepted),
          (failure) => {
            this.failure = failure;
            this.#builds.onStart(false);
            notices.report(failure);
          },
        );
      } finally {
        this.isStarting = false;
      }
    });
  }

  /** Resumes from a step, or shows why that is not possible. While a build runs it is refused, unless `isQueued` is set. */
  async resume(step: string, { isQueued = false, fork }: { isQueued?: boolean; fork?: boolean } = {}): Promise<void> {
    // The start reads an area that is not known yet, and decides then.
    const known = this.#builds.savedArea && this.resumeRefusal(step);
    const refusal =
      this.#builds.live && !isQueued
        ? { message: 'A build is running.', hint: 'Stop it, or wait until it ends.' }
        : known;
    if (refusal) this.#parts.notices.failed(refusal.message, refusal.hint);
    else await this.start({ resume: step, fork });
  }

  /** Resumes from a checkpoint of a parked line. Both it and the present line stay. */
  async resumeParked(line: Line, step: string): Promise<void> {
    const { lines, notices } = this.#parts;
    const run = [...this.#builds.runs].reverse().find((one) => one.line === line.id);
    const fork = keepsLine({
      steps: this.#builds.columns.map((column) => column.step),
      checkpoints: line.checkpoints.map((one) => one.step),
      isFinished: run?.state === 'done',
      resume: step,
    });
    if (lines.refusal === undefined) await this.start({ resume: step, line: line.id, fork });
    else notices.failed(lines.refusal);
  }

  async #startSaved(wanted: BuildChoice | 'recommended', pause: string | undefined, accepted: Accepted): Promise<void> {
    const { main, notices, navigation, session, hosts, lines, recommendation } = this.#parts;
    const { target } = session;
    const area = await this.#builds.refresh();
    const isAdvised = wanted === 'recommended' && pause === undefined && !this.#builds.live && lines.parked.length > 0;
    const advice = isAdvised ? await lines.advice.ofSaved() : undefined;
    if (advice?.kind === 'switch') return lines.activate(advice.line);
    const { resume, line, fork } =
      wanted === 'recommended'
        ? recommendation.choice(advice)
        : { ...wanted, fork: wanted.fork ?? recommendation.keepsPresent(wanted.resume) };
    const isElsewhere = line !== undefined && line !== lines.active?.id;
    const refusal = resume === undefined || this.#builds.live || isElsewhere ? undefined : this.resumeRefusal(resume);
    if (refusal) {
      notices.failed(refusal.message, refusal.hint);
      return;
    }
    const again = (more: Accepted) => () => void this.start(wanted, { ...accepted, ...more });
    // A failure of the question is reported by the start, which fails for the same reason.
    if (await asksForTrust(this.#parts, target, again({})).catch(() => false)) return;
    if (area.foreign && !accepted.foreignFiles) {
      const hostName = hosts.isRemote ? (hosts.current?.entry.name ?? 'the build host') : 'this computer';
      const dialog = { area: area.dataset ?? area.path, foreign: area.foreign, hostName };
      navigation.dialog = { kind: 'adopt-area', ...dialog, then: again({ foreignFiles: true }) };
      return;
    }
    if (!accepted.stale && !isElsewhere && (await this.#asksFirst({ resume, pause, fork }, accepted))) return;
    const { queued } = await main.builds.start({
      ...target,
      ...(resume !== undefined && { resume }),
      ...(pause !== undefined && { pause }),
      ...(accepted.foreignFiles && { adopt: true }),
      ...(isElsewhere && { line }),
      ...(fork && { fork }),
    });
    this.#builds.onStart(true);
    const kept = fork && lines.active ? ` The current state is kept as line “${lines.active.name}”.` : '';
    notices.done(
      queued
        ? 'The build is queued until the build area is free.'
        : resume === undefined
          ? `The build has started.${kept}`
          : `The build resumes from ${resume}.${kept}`,
    );
  }

  #pauseConflict(resume: string | undefined, pause: string | undefined): Refusal | undefined {
    if (canCombine({ resume: this.#indexOf(resume), pause: this.#indexOf(pause) }).ok) return undefined;
    return {
      message: `Cannot resume from ${resume ?? ''}: the build would pause before ${pause ?? ''}, which is not later.`,
      hint: 'Remove the pause, or resume from an earlier step.',
    };
  }

  #indexOf(step: string | undefined): number | undefined {
    return this.#builds.columns.find((column) => column.step === step)?.index;
  }

  /**
   * Opens the question about a checkpoint that is stale, or of which nothing is recorded. Returns `false` when it is neither, or when a
   * running build changes that.
   */
  async #asksFirst(
    { resume, pause, fork }: Record<'resume' | 'pause', string | undefined> & { readonly fork: boolean | undefined },
    { foreignFiles = false }: Accepted,
  ): Promise<boolean> {
    if (resume === undefined || this.#builds.live) return false;
    const { main, navigation, session } = this.#parts;
    const choice = { ...session.target, resume, ...(pause !== undefined && { pause }) };
    // A plan that fails is reported by the start, which fails for the same reason.
    const plan = await main.builds.plan(choice).catch(() => undefined);
    const freshness = plan?.freshness;
    const isStale = freshness?.kind === 'stale';
    if (!plan || !freshness || !(isStale || (freshness.kind === 'unknown' && freshness.isUnrecorded))) return false;
    const reasons = isStale ? freshness.reasons : [`Its freshness is unknown: ${freshness.reason}.`];
    navigation.dialog = {
      kind: 'stale-checkpoint',
      step: resume,
      reasons,
      right: plan.suggested,
      pause,
      fork,
      isStale,
      foreignFiles,
    };
    return true;
  }
}
