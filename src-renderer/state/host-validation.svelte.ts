import type { Problem } from '../../src-shared/manifest/problems';
import { failureOf, type CallFailure, type Main } from '../rpc';
import type { DocumentSession } from './document-session.svelte';
import type { Hosts } from './hosts.svelte';

/** While the user edits, the host is asked this long after the last change. */
const CHECK_DEBOUNCE_MS = 700;

/** What was checked: a text on a host, with the scripts as they are on disk. */
interface Checked {
  readonly path: string;
  readonly host: string;
  readonly source: string;
}

/**
 * The problems of the manifest that only the build host finds: scripts that do not exist there, packages that its cached lists do not
 * have. The host runs `distro_const validate`, so that the window and the command line report the same.
 */
export class HostValidation {
  #checked = $state.raw<Checked>();
  #found = $state.raw<readonly Problem[]>([]);
  /** Why the host could not answer. */
  failure = $state.raw<CallFailure>();
  isChecking = $state(false);
  readonly #main: Main;
  readonly #session: DocumentSession;
  readonly #hosts: Hosts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #checking: AbortController | undefined;

  constructor(main: Main, session: DocumentSession, hosts: Hosts) {
    this.#main = main;
    this.#session = session;
    this.#hosts = hosts;
  }

  /** Whether the chosen host has answered for this document, perhaps for an earlier text. */
  readonly isKnown = $derived.by(() => {
    const { path, host } = this.#session.target;
    return this.#checked?.path === path && this.#checked.host === host;
  });

  /** Whether the answer is for the present text. */
  readonly isCurrent = $derived.by(() => this.isKnown && this.#checked?.source === this.#session.document?.source);

  /** Problems besides those of the text. Until a newer text is checked they have the places of the steps as they are now. */
  readonly problems = $derived.by((): readonly Problem[] => {
    if (!this.isKnown) return [];
    if (this.isCurrent) return this.#found;
    const steps = this.#session.document?.loaded?.manifest.steps ?? [];
    return this.#found.map((problem) => ({
      ...problem,
      fix: undefined,
      range: problem.step === undefined ? undefined : steps[problem.step]?.range,
    }));
  });

  /** Whether the host can be asked without the user: this computer, or a connected host. */
  readonly canAsk = $derived.by(() => !this.#hosts.isRemote || this.#hosts.current?.link.state === 'ready');

  /** Checks soon, when the host can be asked and the present text is not checked. Call it in an effect. */
  schedule(): void {
    // Scripts are read by the host: a changed one is a reason to check again.
    void this.#session.scripts.files;
    const { document, host } = this.#session;
    void document?.source;
    void host;
    clearTimeout(this.#timer);
    if (!document?.loaded || document.syntaxError || !this.canAsk) return;
    this.#timer = setTimeout(() => void this.check(), CHECK_DEBOUNCE_MS);
  }

  /** Asks the host now; it connects to a host that is not connected. A later call replaces an earlier one. */
  async check(): Promise<void> {
    const { document, target } = this.#session;
    if (!document?.loaded) return;
    const { source } = document;
    this.#checking?.abort();
    const checking = new AbortController();
    this.#checking = checking;
    this.isChecking = true;
    try {
      const { problems } = await this.#main.hosts.validate({ ...target, source }, { signal: checking.signal });
      if (checking.signal.aborted || document.source !== source) return;
      const own = new Set(document.problems.map(identityOf));
      this.#found = problems.filter((problem) => !own.has(identityOf(problem)));
      this.#checked = { ...target, source };
      this.failure = undefined;
    } catch (error) {
      if (!checking.signal.aborted) this.failure = failureOf(error);
    } finally {
      if (this.#checking === checking) this.isChecking = false;
    }
  }
}

/** The same problem, found by the window and by the host. */
const identityOf = ({ code, path, message, range }: Problem): string =>
  JSON.stringify([code, path, message, range?.start]);
