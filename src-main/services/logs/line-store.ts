import type { LogLine } from '../../../src-shared/rpc/logs';

const CHUNK_BYTES = 1024 * 1024;
/** Longer lines are truncated. */
const MAX_LINE_BYTES = 16 * 1024;
const CUT = ' … (cut)';
const NO_STEP = 0xffff;
const STREAMS = ['stdout', 'stderr', 'engine'] as const;

export type Stream = (typeof STREAMS)[number];

/** Which lines: those of a step, of some streams. */
export interface Selection {
  readonly step?: string | undefined;
  readonly streams?: readonly Stream[] | undefined;
}

/**
 * The lines of a log, for millions of lines: text as UTF-8 in chunks of about 1 MiB, the rest in typed arrays with about 16 bytes per
 * line.
 */
export class LineStore {
  /** How many lines there are. */
  count = 0;
  readonly #chunks: { readonly bytes: Buffer; used: number; readonly firstLine: number }[] = [];
  #ends = new Uint32Array(1024);
  #times = new Float64Array(1024);
  #streams = new Uint8Array(1024);
  #steps = new Uint16Array(1024);
  readonly #stepNames: string[] = [];
  readonly #selections = new Map<string, SelectedLines>();

  /** Adds a line; `at` in seconds since the epoch. */
  add(at: number, stream: Stream, step: string | null, text: string): void {
    const line = oneLine(text);
    const chunk = this.#roomFor(Buffer.byteLength(line) + 1); // with its newline
    chunk.used += chunk.bytes.write(`${line}\n`, chunk.used, 'utf8');
    if (this.count === this.#ends.length) this.#grow();
    this.#ends[this.count] = chunk.used;
    this.#times[this.count] = at;
    this.#streams[this.count] = STREAMS.indexOf(stream);
    this.#steps[this.count] = step === null ? NO_STEP : this.#stepNumber(step);
    this.count++;
  }

  /** How many lines a selection has. */
  countOf(selection: Selection): number {
    return this.#selected(selection)?.count ?? this.count;
  }

  /** Lines of a selection by their numbers in it. */
  read(selection: Selection, from: number, count: number): LogLine[] {
    const selected = this.#selected(selection);
    const end = Math.min(from + count, selected?.count ?? this.count);
    const lines: LogLine[] = [];
    for (let n = from; n < end; n++) lines.push(this.#line(selected ? selected.at(n) : n));
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
    let inSelection = 0;
    const first = selected ? (selected.count > from ? selected.at(from) : this.count) : from;
    for (const [at, { bytes, used, firstLine }] of this.#chunks.entries()) {
      const end = this.#chunks[at + 1]?.firstLine ?? this.count;
      if (end <= first) continue;
      const found: number[] = [];
      for (const line of matchingLines(bytes.toString('utf8', 0, used), pattern)) {
        const number = firstLine + line;
        if (number < first || number >= this.count) continue;
        if (!selected) found.push(number);
        else {
          while (inSelection < selected.count && selected.at(inSelection) < number) inSelection++;
          if (inSelection < selected.count && selected.at(inSelection) === number) found.push(inSelection);
        }
      }
      yield found;
    }
  }

  #line(number: number): LogLine {
    const chunk = this.#chunkOf(number);
    const start = number === chunk.firstLine ? 0 : (this.#ends[number - 1] ?? 0);
    const step = this.#steps[number] ?? NO_STEP;
    return {
      at: this.#times[number] ?? 0,
      stream: STREAMS[this.#streams[number] ?? 0] ?? 'stdout',
      step: step === NO_STEP ? null : (this.#stepNames[step] ?? null),
      text: chunk.bytes.toString('utf8', start, (this.#ends[number] ?? start + 1) - 1),
    };
  }

  #chunkOf(line: number): { readonly bytes: Buffer; readonly firstLine: number } {
    let [low, high] = [0, this.#chunks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle]?.firstLine ?? 0) <= line) low = middle;
      else high = middle - 1;
    }
    const chunk = this.#chunks[low];
    if (!chunk) throw new Error(`no line ${line}`);
    return chunk;
  }

  #roomFor(bytes: number): { readonly bytes: Buffer; used: number } {
    const last = this.#chunks.at(-1);
    if (last && last.used + bytes <= last.bytes.length) return last;
    const fresh = { bytes: Buffer.allocUnsafe(Math.max(CHUNK_BYTES, bytes)), used: 0, firstLine: this.count };
    this.#chunks.push(fresh);
    return fresh;
  }

  #grow(): void {
    const size = this.#ends.length * 2;
    const grown = <T extends { set(from: T): void }>(before: T, after: T): T => (after.set(before), after);
    this.#ends = grown(this.#ends, new Uint32Array(size));
    this.#times = grown(this.#times, new Float64Array(size));
    this.#streams = grown(this.#streams, new Uint8Array(size));
    this.#steps = grown(this.#steps, new Uint16Array(size));
  }

  #stepNumber(step: string): number {
    const known = this.#stepNames.lastIndexOf(step);
    return known >= 0 ? known : this.#stepNames.push(step) - 1;
  }

  /** The lines of a selection; `undefined` for all. Each selection's list grows with the log. */
  #selected({ step, streams }: Selection): SelectedLines | undefined {
    const wanted = STREAMS.filter((stream) => !streams || streams.includes(stream));
    if (step === undefined && wanted.length === STREAMS.length) return undefined;
    const key = `${step ?? ''}\n${wanted.join()}`;
    const lines = this.#selections.get(key) ?? new SelectedLines();
    this.#selections.set(key, lines);
    const number = step === undefined ? undefined : this.#stepNames.indexOf(step);
    const isWanted = STREAMS.map((stream) => wanted.includes(stream));
    for (; lines.seen < this.count; lines.seen++)
      if (isWanted[this.#streams[lines.seen] ?? 0] && (number === undefined || this.#steps[lines.seen] === number))
        lines.add(lines.seen);
    return lines;
  }
}

/** The text in at most `MAX_LINE_BYTES` bytes, cut between characters. Newlines are replaced, because they separate lines here. */
function oneLine(text: string): string {
  const line = text.includes('\n') ? text.replaceAll('\n', ' ') : text;
  // No character has more than three bytes for each of its units.
  if (line.length * 3 <= MAX_LINE_BYTES || Buffer.byteLength(line) <= MAX_LINE_BYTES) return line;
  const { read } = new TextEncoder().encodeInto(line, new Uint8Array(MAX_LINE_BYTES));
  return line.slice(0, read) + CUT;
}

/** Numbers of lines, in order. */
class SelectedLines {
  count = 0;
  /** Number of lines that were checked. */
  seen = 0;
  #numbers = new Uint32Array(1024);

  add(line: number): void {
    if (this.count === this.#numbers.length) {
      const grown = new Uint32Array(this.count * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.count++] = line;
  }

  at(index: number): number {
    return this.#numbers[index] ?? 0;
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
