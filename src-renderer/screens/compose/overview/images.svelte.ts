import type { MediaAnswer, Medium } from '../../../../src-shared/engine-answers/media';
import type { Workspace } from '../../../state/workspace.svelte';
import { answerOf } from '../../build/checkpoint-files/answer.svelte';
import { bootRuns } from '../../build/outputs/boot-run.svelte';

/** The images of the last build. Must be created while a component is created. */
export class Images {
  readonly #workspace: Workspace;
  readonly #answer: ReturnType<typeof answerOf<MediaAnswer>>;
  /** The last list, which stays on screen while it is read again. */
  #last = $state.raw<{ readonly host: string; readonly path: string; readonly list: MediaAnswer }>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    const { builds, session, main } = workspace;
    /** A new value reads the list again. */
    const version = $derived(builds.runs.filter(({ state }) => state !== 'running').length);
    const exists = $derived(builds.area?.exists === true);
    this.#answer = answerOf((signal) => {
      void version;
      return exists ? main.media.list({ ...session.target }, { signal }) : undefined;
    });
    $effect(() => {
      const { now } = this.#answer;
      if (now.state === 'there') this.#last = { ...session.target, list: now.value };
    });
  }

  /** The list; `undefined` until it was read. */
  get list(): MediaAnswer | undefined {
    const { host, path } = this.#workspace.session.target;
    return this.#last?.host === host && this.#last.path === path ? this.#last.list : undefined;
  }

  /** Why the list could not be read. */
  get failure(): string | undefined {
    const { now } = this.#answer;
    return now.state === 'failed' ? now.failure.message : undefined;
  }

  /** The first image that can be booted on the host and has no verdict. */
  get untested(): Medium | undefined {
    if (!this.list || this.list.noBootTest !== undefined) return undefined;
    const bootable = this.list.media.filter((medium) => medium.bootable !== null);
    return bootable.some((medium) => bootRuns.verdictsOf(medium).length > 0) ? undefined : bootable[0];
  }
}
