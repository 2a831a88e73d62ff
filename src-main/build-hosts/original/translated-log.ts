import { parseRecord } from '../../../src-shared/journal/records';
import { concernsRun, newRun, withRecord, type RunView } from '../../../src-shared/runs/run-view';
import type { Transport } from '../../transport/transport';
import { cutLines } from './cut-lines';
import { Sightings } from './sightings';
import { StderrLines } from './stderr-lines';
import type { TextCache } from './text-cache';
import { LogTranslation, type LoggedBuild, type LogState } from './translate';

const PIECE = 256 * 1024;
/** Size of a journal segment, the unit of the cache. */
const SEGMENT = 256 * 1024;

/** A part of the journal that begins with a line. */
interface Segment {
  /** The segment's offset in the journal, and the offset of its lines in the log. */
  readonly journal: number;
  readonly log: number;
  /** The translation's state before the segment; `undefined` for the first one. */
  readonly state: LogState | undefined;
}

/**
 * A detail log, translated to a journal that grows with it. Only some text is cached. Other text is translated again and gives the same
 * bytes, so that offsets stay valid.
 */
export class TranslatedLog {
  readonly #segments: Segment[] = [{ journal: 0, log: 0, state: undefined }];
  readonly #seen = new Sightings();
  readonly #translation: LogTranslation;
  readonly #stderr: StderrLines;
  /** Text of the last segment. */
  #open: Buffer[] = [];
  #openLength = 0;
  /** How far the log was read, and how far its lines were translated. */
  #offset = 0;
  #taken = 0;
  #rest: Buffer = Buffer.alloc(0);
  #reading: Promise<void> = Promise.resolve();
  #wasRead = false;
  #run: RunView;

  readonly #transport: Transport;
  readonly #log: string;
  readonly #build: LoggedBuild;
  readonly #cache: TextCache;

  constructor(transport: Transport, log: string, build: LoggedBuild, cache: TextCache) {
    this.#transport = transport;
    this.#log = log;
    this.#build = build;
    this.#cache = cache;
    this.#run = newRun(build.run);
    this.#stderr = new StderrLines(transport, log);
    this.#translation = new LogTranslation(build, (line) => this.#write(line));
  }

  /** The run as far as it was read. `running` also when no process writes the log now. */
  get run(): RunView {
    return this.#run;
  }

  get hasEnded(): boolean {
    return this.#translation.hasEnded;
  }

  /** Reads the log to its present end; one reader at a time. Throws `missing` when it was removed. */
  catchUp(): Promise<void> {
    // The caller of the failed read has received its error.
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#readOn());
    return this.#reading;
  }

  /** At most `length` bytes of the journal from an offset; fewer at its end. */
  async read(offset: number, length: number): Promise<Buffer> {
    if (offset + length > this.#last.journal) await this.catchUp();
    const pieces: Buffer[] = [];
    let at = this.#segments.length - 1;
    while (at > 0 && (this.#segments[at]?.journal ?? 0) > offset) at--;
    for (let start = offset; at < this.#segments.length && start < offset + length; at++) {
      const { journal } = this.#segments[at] ?? this.#last;
      const text = await this.#textOf(at);
      const piece = text.subarray(start - journal, offset + length - journal);
      pieces.push(piece);
      start += piece.length;
    }
    return Buffer.concat(pieces);
  }

  get #last(): Segment {
    return this.#segments.at(-1) as Segment;
  }

  #write(line: string): void {
    const text = Buffer.from(`${line}\n`);
    this.#open.push(text);
    this.#openLength += text.length;
    const record = concernsRun(line) ? parseRecord(line) : undefined;
    if (record) this.#run = withRecord(this.#run, record);
  }

  /** Lines of the first read have unknown times. Later lines get the time at which they were read. */
  async #readOn(): Promise<void> {
    const isFirst = !this.#wasRead;
    for (;;) {
      const piece = await this.#transport.readFile(this.#log, this.#offset, PIECE);
      this.#wasRead = true;
      if (piece.length === 0) return;
      const at = this.#seen.add(this.#offset, isFirst ? undefined : Date.now() / 1000);
      this.#offset += piece.length;
      const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
      await this.#stderr.readFor(bytes.length);
      const used = cutLines(bytes, (line, end) => {
        this.#translation.take(line, at, this.#stderr.take(line, this.#taken + end));
        this.#endSegment(this.#taken + end);
      });
      this.#taken += used;
      this.#rest = Buffer.from(bytes.subarray(used));
    }
  }

  /** @param log offset of the next line in the log */
  #endSegment(log: number): void {
    if (this.#openLength < SEGMENT) return;
    this.#cache.keep(`${this.#log} ${this.#segments.length - 1}`, Buffer.concat(this.#open));
    this.#segments.push({ journal: this.#last.journal + this.#openLength, log, state: this.#translation.state });
    [this.#open, this.#openLength] = [[], 0];
  }

  async #textOf(at: number): Promise<Buffer> {
    if (at === this.#segments.length - 1) return Buffer.concat(this.#open);
    const key = `${this.#log} ${at}`;
    return this.#cache.find(key) ?? this.#cache.keep(key, await this.#again(at));
  }

  async #again(at: number): Promise<Buffer> {
    const [{ log, state }, next] = [this.#segments[at] ?? this.#last, this.#segments[at + 1] ?? this.#last];
    const written: Buffer[] = [];
    const translation = new LogTranslation(this.#build, (line) => written.push(Buffer.from(`${line}\n`)), state);
    const pieces: Buffer[] = [];
    for (let from = log; from < next.log;) {
      const piece = await this.#transport.readFile(this.#log, from, Math.min(PIECE, next.log - from));
      if (piece.length === 0) break;
      pieces.push(piece);
      from += piece.length;
    }
    cutLines(Buffer.concat(pieces), (line, end) =>
      translation.take(line, this.#seen.at(log + end - 1), this.#stderr.has(log + end)),
    );
    return Buffer.concat(written);
  }
}
