import type { Notices } from './notices.svelte';

/** The system's clipboard. */
export class Clipboard {
  readonly #notices: Notices;

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  /** Copies text, then shows `message`. */
  async copy(text: string, message: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.#notices.done(message);
    } catch {
      this.#notices.failed('The clipboard is not available.', 'Select the text and copy it.');
    }
  }
}
