import { isMark, isWide } from './character-width';
import { sgrOf, styled, type StyleCode } from './sgr';

/** Of a longer line, the first and the last half of this are kept, to bound memory. */
export const MAX_COLUMNS = 16 * 1024;
/** Stands for the columns that are not kept. */
export const CUT = ' … (cut) … ';
/** A longer sequence without its end is not a sequence. */
const MAX_SEQUENCE_CHARACTERS = 256;
/** More marks on one character are dropped, to bound memory. */
const MAX_MARKS = 16;

const SPACE = 0x20;
const TAB = 0x09;
/** The column behind a wide character. */
const BEHIND_WIDE = 0;

/* eslint-disable no-control-regex -- control characters are what this file is about */
const PLAIN = /[^\x00-\x1f\x7f-\x9f]+/y;
const CSI = /\x1b\[([0-?]*)[ -/]*([@-~])/y;
/** OSC, DCS, PM, APC and SOS: a string up to its end. */
const STRING = /\x1b[\]PX^_]/y;
const STRING_END = /\x07|\x18|\x1a|\x1b\\?/g;
const SHORT_ESCAPE = /\x1b[ -/]*[0-~]/y;
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|[ -/]*)$/y;
const HAS_CONTROLS = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/;
/* eslint-enable no-control-regex */

/** Whether a text contains anything that a terminal interprets. Tabs do not count. */
export const hasControls = (text: string): boolean => HAS_CONTROLS.test(text);

/** A run of characters in one style. */
export interface LineRun {
  readonly text: string;
  readonly style: StyleCode;
}

/**
 * One line of output as a terminal shows it, while it grows. Carriage return, backspace and cursor movements within the line move the
 * cursor, and text overwrites what is there. Erasures erase. Movements to other lines and all other sequences are ignored. Text may
 * arrive in pieces that end anywhere, also within a sequence.
 *
 * Each piece takes linear time. Memory is limited to `maxColumns`: the first half for the beginning of the line, the other half as a
 * ring for its end. Columns between them are lost.
 */
export class TerminalLine {
  #codes = new Uint32Array(64);
  #styles = new Uint8Array(64);
  /** Combining marks by the column of their character. */
  readonly #marks = new Map<number, string>();
  #length = 0;
  #cursor = 0;
  #style: StyleCode = 0;
  /** An unfinished sequence at the end of the last piece. */
  #held = '';
  /** The last piece ended within a string that is not shown. */
  #isInString = false;
  readonly #maxColumns: number;
  /** The end of the beginning, and how many columns the ring has. */
  readonly #half: number;
  /** The first column behind the beginning that is kept. */
  #tailFrom: number;

  /** @param maxColumns an even number */
  constructor(maxColumns = MAX_COLUMNS) {
    this.#maxColumns = maxColumns;
    this.#half = maxColumns / 2;
    this.#tailFrom = this.#half;
  }

  /** Whether columns between the beginning and the end are lost. */
  get isCut(): boolean {
    return this.#tailFrom > this.#half;
  }

  /** Adds a piece of output without newlines. */
  feed(piece: string): void {
    const text = this.#held + piece;
    this.#held = '';
    let at = this.#isInString ? this.#endOfString(text, 0) : 0;
    while (at < text.length) {
      const plain = matchAt(PLAIN, text, at);
      if (plain) {
        this.#write(plain[0]);
        at += plain[0].length;
      } else if (text.charCodeAt(at) === 0x1b) at = this.#sequence(text, at);
      else this.#control(text.charCodeAt(at++));
    }
  }

  /** The characters in runs of one style, with `CUT` for those that are lost. */
  runs(): LineRun[] {
    const head = this.#runs(0, Math.min(this.#half, this.#length));
    const tail = this.#runs(this.#tailFrom, this.#length);
    if (this.isCut) return [...head, { text: CUT, style: 0 }, ...tail];
    const [last, first] = [head.at(-1), tail[0]];
    if (!last || !first || last.style !== first.style) return [...head, ...tail];
    return [...head.slice(0, -1), { text: last.text + first.text, style: last.style }, ...tail.slice(1)];
  }

  /** The characters without styles. */
  get text(): string {
    const head = this.#text(0, Math.min(this.#half, this.#length));
    return head + (this.isCut ? CUT : '') + this.#text(this.#tailFrom, this.#length);
  }

  #runs(from: number, to: number): LineRun[] {
    const runs: LineRun[] = [];
    for (let start = from; start < to;) {
      const style = this.#styleAt(start);
      let end = start + 1;
      while (end < to && this.#styleAt(end) === style) end++;
      runs.push({ text: this.#text(start, end), style });
      start = end;
    }
    return runs;
  }

  #text(from: number, to: number): string {
    let text = '';
    for (let at = from; at < to; at++) {
      const code = this.#codeAt(at) ?? SPACE;
      if (code !== BEHIND_WIDE) text += String.fromCodePoint(code);
      if (this.#marks.size > 0) text += this.#marks.get(at) ?? '';
    }
    return text;
  }

  #isKept(at: number): boolean {
    return at >= 0 && at < this.#length && (at < this.#half || at >= this.#tailFrom);
  }

  /** Where a column is stored. */
  #slot(at: number): number {
    return at < this.#maxColumns ? at : this.#half + ((at - this.#half) % this.#half);
  }

  #codeAt(at: number): number | undefined {
    return this.#isKept(at) ? this.#codes[this.#slot(at)] : undefined;
  }

  #styleAt(at: number): StyleCode {
    return this.#styles[this.#slot(at)] ?? 0;
  }

  /** Of a text that is much longer than what is kept, the middle is counted only. */
  #write(text: string): void {
    const kept = this.#maxColumns; // no character has more than two units
    if (text.length <= 2 * kept) return this.#writeAll(text);
    this.#writeAll(text.slice(0, kept));
    const isAtEnd = this.#cursor === this.#length && this.#length >= this.#half;
    if (!isAtEnd) return this.#writeAll(text.slice(kept));
    for (const at of this.#marks.keys()) if (at >= this.#half) this.#marks.delete(at);
    this.#length += text.length - 2 * kept;
    this.#cursor = this.#tailFrom = this.#length;
    this.#writeAll(text.slice(-kept));
  }

  #writeAll(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const code = text.codePointAt(at) ?? SPACE;
      if (code > 0xffff) at++;
      if (code < 0x300) this.#put(code);
      else if (isMark(code)) this.#mark(code);
      else if (isWide(code)) {
        this.#put(code);
        this.#put(BEHIND_WIDE);
      } else this.#put(code);
    }
  }

  #put(code: number): void {
    const at = this.#cursor++;
    while (this.#length < at) this.#append(SPACE, 0);
    if (at === this.#length) return this.#append(code, this.#style);
    this.#splitWide(at, code);
    this.#set(at, code, this.#style);
  }

  #append(code: number, style: StyleCode): void {
    const at = this.#length++;
    if (this.#length - this.#half > this.#tailFrom) {
      if (this.#marks.size > 0) this.#marks.delete(this.#tailFrom);
      this.#tailFrom++;
    }
    if (this.#slot(at) >= this.#codes.length) this.#grow();
    this.#set(at, code, style);
  }

  #set(at: number, code: number, style: StyleCode): void {
    if (!this.#isKept(at)) return;
    const slot = this.#slot(at);
    this.#codes[slot] = code;
    this.#styles[slot] = style;
    if (this.#marks.size > 0) this.#marks.delete(at);
  }

  /** The other half of a wide character that is overwritten becomes a space. */
  #splitWide(at: number, code: number): void {
    const isBehind = this.#codeAt(at) === BEHIND_WIDE;
    if (isBehind && code !== BEHIND_WIDE) this.#set(at - 1, SPACE, this.#styleAt(at - 1));
    if (!isBehind && this.#codeAt(at + 1) === BEHIND_WIDE) this.#set(at + 1, SPACE, this.#styleAt(at + 1));
  }

  #mark(code: number): void {
    let at = Math.min(this.#cursor, this.#length) - 1;
    if (this.#codeAt(at) === BEHIND_WIDE) at--;
    if (!this.#isKept(at)) return;
    const marks = this.#marks.get(at) ?? '';
    if (marks.length < MAX_MARKS) this.#marks.set(at, marks + String.fromCodePoint(code));
  }

  #grow(): void {
    const codes = new Uint32Array(this.#codes.length * 2);
    codes.set(this.#codes);
    this.#codes = codes;
    const styles = new Uint8Array(codes.length);
    styles.set(this.#styles);
    this.#styles = styles;
  }

  #control(code: number): void {
    if (code === 0x0d) this.#cursor = 0;
    else if (code === 0x08) this.#cursor = Math.max(0, this.#cursor - 1);
    else if (code !== TAB) return;
    else if (this.#cursor < this.#length) this.#moveTo((this.#cursor | 7) + 1);
    else this.#put(TAB);
  }

  /** Applies the sequence at a position. Returns the position behind it. */
  #sequence(text: string, at: number): number {
    const csi = matchAt(CSI, text, at);
    if (csi) {
      this.#apply(csi[2] ?? '', csi[1] ?? '');
      return at + csi[0].length;
    }
    if (text.length - at < MAX_SEQUENCE_CHARACTERS && matchAt(UNFINISHED, text, at)) {
      this.#held = text.slice(at);
      return text.length;
    }
    if (matchAt(STRING, text, at)) return this.#endOfString(text, at + 2);
    return at + (matchAt(SHORT_ESCAPE, text, at)?.[0].length ?? 1);
  }

  #endOfString(text: string, from: number): number {
    STRING_END.lastIndex = from;
    const end = STRING_END.exec(text);
    // The terminator may be cut in two by the end of the piece.
    if (end?.[0] === '\x1b' && end.index === text.length - 1) this.#held = '\x1b';
    this.#isInString = !end || this.#held !== '';
    if (!end || this.#isInString) return text.length;
    // Another sequence ends the string as well, and is applied.
    return end[0] === '\x1b' ? end.index : end.index + end[0].length;
  }

  #apply(final: string, parameters: string): void {
    if (final === 'm') {
      // `CSI > … m` and the like are not styles.
      if (!/[<-?]/.test(parameters)) this.#style = styled(this.#style, parameters);
      return;
    }
    const first = Number.parseInt(parameters, 10) || 0;
    const count = Math.max(1, first);
    if (final === 'C') this.#moveTo(this.#cursor + count);
    else if (final === 'D') this.#moveTo(this.#cursor - count);
    else if (final === 'G' || final === '`') this.#moveTo(count - 1);
    else if (final === 'K' || final === 'J') this.#erase(first, final === 'J');
    else if (final === 'X') this.#blank(this.#cursor, Math.min(this.#length, this.#cursor + count));
    else if (final === 'P') this.#delete(count);
  }

  #moveTo(column: number): void {
    this.#cursor = Math.min(Math.max(this.#length, this.#maxColumns - 1), Math.max(0, column));
  }

  /** @param isScreen the whole screen is erased, and what follows begins a line */
  #erase(mode: number, isScreen: boolean): void {
    if (mode === 1) return this.#blank(0, Math.min(this.#length, this.#cursor + 1));
    this.#truncate(mode === 0 ? this.#cursor : 0);
    if (isScreen && mode !== 0) this.#cursor = 0;
  }

  #truncate(length: number): void {
    for (const at of this.#marks.keys()) if (at >= length) this.#marks.delete(at);
    this.#length = Math.min(this.#length, length);
    this.#tailFrom = Math.max(this.#half, Math.min(this.#tailFrom, this.#length));
  }

  #blank(from: number, to: number): void {
    for (let at = from; at < Math.min(to, this.#half); at++) this.#set(at, SPACE, 0);
    for (let at = Math.max(from, this.#tailFrom); at < to; at++) this.#set(at, SPACE, 0);
  }

  /** What would move to the left over lost columns is not known: such a deletion is ignored. */
  #delete(count: number): void {
    const from = this.#cursor;
    if (from >= this.#length || (this.isCut && from < this.#tailFrom)) return;
    for (let at = from; at + count < this.#length; at++)
      this.#set(at, this.#codeAt(at + count) ?? SPACE, this.#styleAt(at + count));
    this.#truncate(Math.max(from, this.#length - count));
  }
}

/** Returns the text of runs with the sequences that give them their styles, and no others. */
export const styledText = (runs: readonly LineRun[]): string =>
  runs.map(({ text, style }, at) => (at === 0 && style === 0 ? text : sgrOf(style) + text)).join('');

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
