import { History } from '../../src-shared/document/history';
import { applySplices, type Edit } from '../../src-shared/manifest/splice';
import { loadManifest, type LoadedManifest } from '../../src-shared/manifest/load';
import { ManifestSyntaxError } from '../../src-shared/manifest/parse';
import type { Problem } from '../../src-shared/manifest/problems';
import type { OpenedDocument } from '../../src-shared/rpc-contract';

/** While the user types, the text is read again this long after the last key. */
const READ_DEBOUNCE_MS = 150;

/**
 * The open manifest. Its source text is the truth; everything else is derived from it. While the text is not XML, the last parsed
 * state stays and forms do not write (`syntaxError`).
 */
export class ManifestDocument {
  readonly path: string;
  readonly folder: string;
  readonly encoding: string;
  readonly readOnly: boolean;
  #source = $state.raw('');
  #saved = $state.raw('');
  #loaded = $state.raw<LoadedManifest>();
  #syntaxError = $state.raw<ManifestSyntaxError>();
  #revision = $state(0);
  readonly #history = new History();
  /** Set while the text is newer than `loaded`: the user is typing in one field. */
  #reading: ReturnType<typeof setTimeout> | undefined;
  #gesture: string | undefined;
  /** Version of the bytes on disk, from main. */
  version: string;

  readonly #onChange: () => void;

  /** `onChange` is called after each change of the text or of what is saved. */
  constructor(opened: OpenedDocument, onChange: () => void = () => undefined) {
    this.#onChange = onChange;
    this.path = opened.path;
    this.folder = opened.folder;
    this.encoding = opened.encoding;
    this.readOnly = opened.readOnly;
    this.version = opened.version;
    this.#saved = opened.source;
    this.#source = opened.source;
    this.#read();
  }

  get source(): string {
    return this.#source;
  }

  /** The last parsed state; `undefined` when the text has not been XML since the file was opened. */
  get loaded(): LoadedManifest | undefined {
    return this.#loaded;
  }

  get syntaxError(): ManifestSyntaxError | undefined {
    return this.#syntaxError;
  }

  get savedSource(): string {
    return this.#saved;
  }

  get isUnsaved(): boolean {
    return this.#source !== this.#saved;
  }

  get undoLabel(): string | undefined {
    void this.#revision;
    return this.#history.undoLabel;
  }

  get redoLabel(): string | undefined {
    void this.#revision;
    return this.#history.redoLabel;
  }

  /** Whether forms can write. */
  get isEditable(): boolean {
    return this.#loaded !== undefined && this.#syntaxError === undefined && !this.readOnly;
  }

  /** Why forms cannot write; `undefined` when they can. */
  get editRefusal(): string | undefined {
    if (this.readOnly) return 'The manifest is read-only. Save it under another name.';
    return this.isEditable ? undefined : 'The text is not valid XML. Fix it under XML.';
  }

  readonly problems: readonly Problem[] = $derived.by(() => this.#findProblems());

  /** Applies an edit that was computed for the current text. Returns whether the text changed. */
  apply(edit: Edit): boolean {
    if (this.#reading !== undefined) {
      this.#read();
      return false; // it was computed for an older text
    }
    if (!this.isEditable || edit.splices.length === 0) return false;
    return this.replace(edit.label, applySplices(this.#source, edit.splices), edit.gesture);
  }

  /**
   * Computes an edit from the current tree and applies it. All keys of one gesture start from the text before the gesture, so that a
   * manifest of 5,000 packages is not parsed at each key.
   */
  edit(make: (tree: LoadedManifest['tree']) => Edit): boolean {
    const loaded = this.#loaded;
    if (!loaded || !this.isEditable) return false;
    const edit = make(loaded.tree);
    if (this.#reading === undefined) return this.apply(edit);
    if (edit.gesture !== undefined && edit.gesture === this.#gesture)
      return this.replace(edit.label, applySplices(loaded.source, edit.splices), edit.gesture);
    this.#read();
    return this.isEditable && this.apply(make(this.#loaded?.tree ?? loaded.tree));
  }

  /** Replaces the whole text, for the XML editor and for a restore. */
  replace(label: string, text: string, gesture?: string): boolean {
    if (text === this.#source || this.readOnly) return false;
    this.#history.record(label, this.#source, text, gesture);
    this.#gesture = gesture;
    this.#set(text, gesture !== undefined);
    return true;
  }

  endGesture(): void {
    if (this.#reading !== undefined) this.#read();
    this.#history.endGesture();
  }

  undo(): string | undefined {
    const label = this.#history.undoLabel;
    if (label !== undefined) this.#set(this.#history.undo(this.#source));
    return label;
  }

  redo(): string | undefined {
    const label = this.#history.redoLabel;
    if (label !== undefined) this.#set(this.#history.redo(this.#source));
    return label;
  }

  /** Called after a save, and when the text of the file on disk was taken.  */
  markSaved(text: string, version: string): void {
    this.#saved = text;
    this.version = version;
    this.endGesture();
    this.#onChange();
  }

  #set(text: string, isTyped = false): void {
    this.#source = text;
    this.#revision++;
    clearTimeout(this.#reading);
    if (isTyped) this.#reading = setTimeout(() => this.#read(), READ_DEBOUNCE_MS);
    else this.#read();
    this.#onChange();
  }

  #read(): void {
    clearTimeout(this.#reading);
    this.#reading = undefined;
    try {
      this.#loaded = loadManifest(this.#source, { now: new Date() });
      this.#syntaxError = undefined;
    } catch (error) {
      if (!(error instanceof ManifestSyntaxError)) throw error;
      this.#syntaxError = error;
    }
  }

  #findProblems(): readonly Problem[] {
    if (this.#syntaxError) {
      const { message, offset, line, column } = this.#syntaxError;
      return [
        {
          severity: 'error',
          phase: 'structure',
          code: 'not-xml',
          message: `Line ${line}, column ${column}: ${message}`,
          path: '',
          range: { start: offset, end: Math.min(offset + 1, this.#source.length) },
        },
      ];
    }
    return this.#loaded?.problems ?? [];
  }
}
