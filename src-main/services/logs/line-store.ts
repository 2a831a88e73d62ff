import { TerminalLine } from '../../../src-shared/logs/terminal-line';
import type { LogLine } from '../../../src-shared/rpc/logs';
import { SelectedLines } from './selected-lines';
import { oneLine, shown, shownText, type ShownLine } from './shown-line';
import { TextList } from './text-list';

const NO_STEP = 0xffff;
const STREAMS = ['stdout', 'stderr', 'engine'] as const;

export type Stream = (typeof STREAMS)[number];

/** Which lines: those of a step, of some streams. */
export interface Selection {
  readonly step?: string | undefined;
  readonly streams?: readonly Stream[] | undefined;
}

/** A line whose end has not been added yet. */
interface OpenLine {
  at: number;
  readonly stream: Stream;
  readonly step: string | null;
  readonly line: TerminalLine;
}

/**
 * The lines of a log as they are shown, for millions of lines: text in a `TextList`, the rest in typed arrays with about 20 bytes per
 * line. Search, cut and view have the same text. Lines that have not ended come last.
 */
export class LineStore {
  readonly #plain = new TextList();
  /** Texts with sequences, of the lines that have styles. */
  readonly #styled = new TextList();
  /** By line: 0, or 1 + the number in `#styled`. */
  #styledNumbers = new Uint32Array(1024);
  #times = new Float64Array(1024);
  #streams = new Uint8Array(1024);
  #steps = new Uint16Array(1024);
  readonly #stepNames: string[] = [];
  readonly #selections = new Map<string, SelectedLines>();
  readonly #open = new Map<string, OpenLine>();
  #revision = 0;

  /** How many lines there are. */
  get count(): number {
    return this.#plain.count + this.#open.size;
  }

  /** A number that changes when lines that have not ended change, and the lines with them that come before them. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * Adds a line, or a piece of one.
   *
   * @param at in seconds since the epoch
   * @param isContinued the next call for the same stream and step has more of the line
   */
  add(at: number, stream: Stream, step: string | null, text: string, isContinued = false): void {
    const key = `${stream} ${step ?? ''}`;
    const known = this.#open.get(key);
    if (known || isContinued || this.#open.size > 0) this.#revision++;
    if (!known && !isContinued) return this.#keep(at, stream, step, shownText(text));
    const open = known ?? { at, stream, step, line: new TerminalLine() };
    open.at = at;
    open.line.feed(oneLine(text));
    if (isContinued) this.#open.set(key, open);
    else this.#end(key, open);
  }

  /** Ends all lines, because nothing more is added. */
  end(): void {
    for (const [key, open] of this.#open) this.#end(key, open);
  }

  /** How many lines a selection has. */
  countOf(selection: Selection): number {
    return (this.#selected(selection)?.count ?? this.#plain.count) + this.#openOf(selection).length;
  }

  /** Lines of a selection by their numbers in it. */
  read(selection: Selection, from: number, count: number): LogLine[] {
    const selected = this.#selected(selection);
    const ended = selected?.count ?? this.#plain.count;
    const lines: LogLine[] = [];
    for (let n = from; n < Math.min(from + count, ended); n++) lines.push(this.#line(selected ? selected.at(n) : n));
    const open = this.#openOf(selection).slice(Math.max(0, from - ended), Math.max(0, from + count - ended));
    for (const { at, stream, step, line } of open) {
      const { plain, styled } = shown(line);
      lines.push({ at, stream, step, text: styled ?? plain, open: true });
    }
    return lines;
  }

  /**
   * Searches a selection's text chunk by chunk and yields the numbers of the matching lines of each chunk. The caller may wait
   * between chunks.
   *
   * @param pattern must have the flag `g`
   */
  *search(selection: Selection, pattern: RegExp, from = 0): Generator<number[]> {
    const selected = this.#selected(selection);
    const ended = selected?.count ?? this.#plain.count;
    const last = this.#plain.count;
    let inSelection = 0;
    const start = selected ? (selected.count > from ? selected.at(from) : last) : from;
    for (const { text, first } of this.#plain.chunks(start)) {
      const found: number[] = [];
      for (const line of matchingLines(text, pattern)) {
        const number = first + line;
        if (number < start || number >= last) continue;
        if (!selected) found.push(number);
        else {
          while (inSelection < selected.count && selected.at(inSelection) < number) inSelection++;
          if (inSelection < selected.count && selected.at(inSelection) === number) found.push(inSelection);
        }
      }
      yield found;
    }
    yield this.#openOf(selection).flatMap(({ line }, at) => {
      pattern.lastIndex = 0;
      return ended + at >= from && pattern.test(shown(line).plain) ? [ended + at] : [];
    });
  }

  #end(key: string, { at, stream, step, line }: OpenLine): void {
    this.#open.delete(key);
    this.#revision++;
    this.#keep(at, stream, step, shown(line));
  }

  #keep(at: number, stream: Stream, step: string | null, { plain, styled }: ShownLine): void {
    const number = this.#plain.count;
    if (number === this.#times.length) this.#grow();
    this.#plain.add(plain);
    if (styled !== undefined) this.#styled.add(styled);
    this.#styledNumbers[number] = styled === undefined ? 0 : this.#styled.count;
    this.#times[number] = at;
    this.#streams[number] = STREAMS.indexOf(stream);
    this.#steps[number] = step === null ? NO_STEP : this.#stepNumber(step);
  }

  #line(number: number): LogLine {
    const step = this.#steps[number] ?? NO_STEP;
    const styled = this.#styledNumbers[number] ?? 0;
    return {
      at: this.#times[number] ?? 0,
      stream: STREAMS[this.#streams[number] ?? 0] ?? 'stdout',
      step: step === NO_STEP ? null : (this.#stepNames[step] ?? null),
      text: styled === 0 ? this.#plain.at(number) : this.#styled.at(styled - 1),
    };
  }

  #grow(): void {
    const size = this.#times.length * 2;
    const grown = <T extends { set(from: T): void }>(before: T, after: T): T => (after.set(before), after);
    this.#styledNumbers = grown(this.#styledNumbers, new Uint32Array(size));
    this.#times = grown(this.#times, new Float64Array(size));
    this.#streams = grown(this.#streams, new Uint8Array(size));
    this.#steps = grown(this.#steps, new Uint16Array(size));
  }

  #stepNumber(step: string): number {
    const known = this.#stepNames.lastIndexOf(step);
    return known >= 0 ? known : this.#stepNames.push(step) - 1;
  }

  #openOf({ step, streams }: Selection): OpenLine[] {
    if (this.#open.size === 0) return [];
    return [...this.#open.values()].filter(
      (one) => (step === undefined || one.step === step) && (!streams || streams.includes(one.stream)),
    );
  }

  /** The lines of a selection that have ended; `undefined` for all. Each selection's list grows with the log. */
  #selected({ step, streams }: Selection): SelectedLines | undefined {
    const wanted = STREAMS.filter((stream) => !streams || streams.includes(stream));
    if (step === undefined && wanted.length === STREAMS.length) return undefined;
    const key = `${step ?? ''}\n${wanted.join()}`;
    const lines = this.#selections.get(key) ?? new SelectedLines();
    this.#selections.set(key, lines);
    const number = step === undefined ? undefined : this.#stepNames.indexOf(step);
    const isWanted = STREAMS.map((stream) => wanted.includes(stream));
    for (; lines.seen < this.#plain.count; lines.seen++)
      if (isWanted[this.#streams[lines.seen] ?? 0] && (number === undefined || this.#steps[lines.seen] === number))
        lines.add(lines.seen);
    return lines;
  }
}

/** Numbers of the lines of a text in which the pattern is found, each once. */
function* matchingLines(text: string, pattern: RegExp): Generator<number> {
  pattern.lastIndex = 0;
  let line = 0;
  let end = text.indexOf('\n');
  for (let match; (match = pattern.exec(text));) {
    while (end >= 0 && end < match.index) {
      line++;
      end = text.indexOf('\n', end + 1);
    }
    if (end < 0) return;
    yield line;
    pattern.lastIndex = end + 1;
    line++;
    end = text.indexOf('\n', end + 1);
  }
}
