import { differenceOf, type Splice } from '../manifest/splice';

interface Entry {
  readonly label: string;
  readonly gesture: string | undefined;
  /** Changes the text before the entry to the text after it, and back. */
  readonly redo: Splice;
  readonly undo: Splice;
}

/** Entries that are kept. Each needs as much memory as its change. */
const MAX_ENTRIES = 1000;

/**
 * The undo history of one text: entries with labels, one for each gesture. It does not depend on manifests, so that the XML editor and
 * the forms share it.
 */
export class History {
  #done: Entry[] = [];
  #undone: Entry[] = [];
  /** Set when the last gesture has ended, so that the next edit is a new entry. */
  #closed = true;

  /** The label of the entry that `undo` reverts, or `undefined`. */
  get undoLabel(): string | undefined {
    return this.#done.at(-1)?.label;
  }

  /** The label of the entry that `redo` repeats, or `undefined`. */
  get redoLabel(): string | undefined {
    return this.#undone.at(-1)?.label;
  }

  /** Records a change. A change of the same gesture joins the last entry. Undone entries are dropped. */
  record(label: string, before: string, after: string, gesture?: string): void {
    if (before === after) return;
    this.#undone = [];
    const last = this.#done.at(-1);
    const joins = !this.#closed && gesture !== undefined && last?.gesture === gesture;
    const first = joins ? apply(before, last.undo) : before;
    const redo = differenceOf(first, after);
    const undo = differenceOf(after, first);
    if (joins) this.#done.pop();
    // Typing something and deleting it again leaves nothing to undo.
    if (first !== after) this.#done.push({ label, gesture, redo, undo });
    if (this.#done.length > MAX_ENTRIES) this.#done.shift();
    this.#closed = false;
  }

  /** Ends the gesture, for example when a field loses the focus. */
  endGesture(): void {
    this.#closed = true;
  }

  /** Reverts the last entry; returns the text before it, or the given text when there is no entry. */
  undo(text: string): string {
    const entry = this.#done.pop();
    if (!entry) return text;
    this.#undone.push(entry);
    this.#closed = true;
    return apply(text, entry.undo);
  }

  /** Repeats the last undone entry. */
  redo(text: string): string {
    const entry = this.#undone.pop();
    if (!entry) return text;
    this.#done.push(entry);
    this.#closed = true;
    return apply(text, entry.redo);
  }
}

function apply(text: string, { start, end, text: inserted }: Splice): string {
  return text.slice(0, start) + inserted + text.slice(end);
}
