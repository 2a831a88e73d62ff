import { differenceOf, type Splice } from '../manifest/splice';

interface Entry {
  readonly label: string;
  readonly gesture: string | undefined;
  /** Makes the text after it of the text before it, and back. */
  readonly redo: Splice;
  readonly undo: Splice;
}

/** How many steps back are kept; each costs no more memory than what it changed. */
const MAX_ENTRIES = 1000;

/**
 * The undo history of one text: entries with labels, one for each gesture. It is plain data and knows no manifest, so that XML which is
 * typed and forms that are filled share it.
 */
export class History {
  #done: Entry[] = [];
  #undone: Entry[] = [];
  /** Set when the last gesture has ended: the next edit is an entry of its own. */
  #closed = true;

  /** The label of what `undo` would take back, or `undefined`. */
  get undoLabel(): string | undefined {
    return this.#done.at(-1)?.label;
  }

  /** The label of what `redo` would do again, or `undefined`. */
  get redoLabel(): string | undefined {
    return this.#undone.at(-1)?.label;
  }

  /** Notes a change. One that continues the last gesture joins its entry. Forgets what was undone. */
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

  /** Ends the gesture: a field was left, a button let go. */
  endGesture(): void {
    this.#closed = true;
  }

  /** Takes the last entry back; returns the text before it, or the text itself when there is none. */
  undo(text: string): string {
    const entry = this.#done.pop();
    if (!entry) return text;
    this.#undone.push(entry);
    this.#closed = true;
    return apply(text, entry.undo);
  }

  /** Does the last undone entry again. */
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
