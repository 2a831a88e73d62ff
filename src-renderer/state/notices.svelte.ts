import { visible } from '../../src-shared/visible';
import { withoutBackticks } from '../text/code-parts';
import { failureOf, type CallFailure } from '../rpc';

/** A message in the status bar; screen readers announce it as well. */
export interface Notice {
  readonly kind: 'done' | 'failed';
  readonly message: string;
  readonly hint?: string;
}

/** A message of success goes after this time. A failure stays until the next message. */
const EXPIRE_MS = 15_000;

/** Messages to the user, and calls whose failure becomes one. Names in messages are shown with their control characters escaped. */
export class Notices {
  #current = $state.raw<Notice>();
  #announcement = $state('');
  #isBusy = $state(false);
  #expiring: ReturnType<typeof setTimeout> | undefined;

  /** The message in the status bar. */
  get current(): Notice | undefined {
    return this.#current;
  }

  /** The last text for screen readers. */
  get announcement(): string {
    return this.#announcement;
  }

  /** Whether a call of `attempt` runs. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  done(message: string): void {
    this.#show({ kind: 'done', message: visible(message) });
  }

  failed(message: string, hint?: string): void {
    this.#show({ kind: 'failed', message: visible(message), ...(hint !== undefined && { hint: visible(hint) }) });
  }

  /** Shows a failed call. */
  report({ message, hint }: CallFailure): void {
    this.failed(message, hint);
  }

  /** For screen readers only: the change is visible elsewhere. */
  announce(text: string): void {
    this.#announcement = visible(text);
  }

  clear(): void {
    clearTimeout(this.#expiring);
    this.#current = undefined;
  }

  /** Runs a call. Returns whether it succeeded; a failure goes to `onFailure`, by default to the status bar. */
  async attempt(
    work: () => Promise<void>,
    onFailure: (failure: CallFailure) => void = (failure) => this.report(failure),
  ): Promise<boolean> {
    this.#isBusy = true;
    try {
      await work();
      return true;
    } catch (error) {
      onFailure(failureOf(error));
      return false;
    } finally {
      this.#isBusy = false;
    }
  }

  #show(notice: Notice): void {
    clearTimeout(this.#expiring);
    this.#current = notice;
    if (notice.kind === 'done') this.#expiring = setTimeout(() => (this.#current = undefined), EXPIRE_MS);
    this.announce(withoutBackticks(notice.message));
  }
}
