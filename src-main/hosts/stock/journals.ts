import { dirname, join } from 'node:path/posix';
import { AppError } from '../../../src-shared/errors';
import type { BuildStep } from '../../../src-shared/checkpoints/model';
import { concernsRun, newRun, parseRecord, withRecord, type RunView } from '../../../src-shared/runs/run-view';
import type { Transport } from '../../transport/transport';
import type { Journals } from '../build-host';
import { LogTranslation } from './translate';

const PIECE = 256 * 1024;
const NEWLINE = 0x0a;
/** Logs that are kept as journals; the ones that were not read for the longest go first. */
const KEPT = 8;
const LOG = /^detail-log-(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)$/;

/** The name of the run whose detail log this is; `undefined` for another file. */
export const runOfLog = (name: string): string | undefined => (LOG.test(name) ? `run-${name.slice(11)}` : undefined);
const logOfRun = (run: string): string => `detail-log-${run.slice(4)}`;

/** One log as far as it was read. */
interface Translated {
  readonly translation: LogTranslation;
  /** Lines of the journal that are in no chunk yet. */
  readonly written: string[];
  readonly chunks: Buffer[];
  offset: number;
  rest: Buffer;
  run: RunView;
  /** One reader at a time. */
  reading: Promise<void>;
  readAt: number;
}

/** What the journals of a host need to know of a manifest. */
export interface JournalContext {
  readonly manifest: string;
  readonly steps: readonly BuildStep[];
  readonly host: string;
  /** How far the host's local time is ahead of UTC, in seconds. */
  readonly utcOffset: number;
}

/** The detail logs of the original as journals `LOGS/run-STAMP.jsonl`: they grow as the logs do. */
export class StockJournals implements Journals {
  readonly #translated = new Map<string, Translated>();

  /**
   * @param contextOf what is known of the manifest whose logs are in a folder
   */
  constructor(
    private readonly transport: Transport,
    private readonly contextOf: (logs: string) => Promise<JournalContext>,
  ) {}

  async list(logs: string): Promise<readonly string[]> {
    const names = await this.transport.list(logs);
    return names.flatMap((name) => runOfLog(name) ?? []).map((run) => `${run}.jsonl`);
  }

  changes(path: string, signal: AbortSignal): AsyncIterable<void> {
    const run = runOf(path);
    return this.transport.changes(run === undefined ? path : join(dirname(path), logOfRun(run)), signal);
  }

  async readFile(path: string, offset: number, length: number): Promise<Buffer> {
    const one = await this.#upToDate(path);
    const pieces: Buffer[] = [];
    let start = 0;
    for (const chunk of one.chunks) {
      const [from, to] = [Math.max(0, offset - start), Math.min(chunk.length, offset + length - start)];
      if (from < to) pieces.push(chunk.subarray(from, to));
      start += chunk.length;
    }
    return Buffer.concat(pieces);
  }

  /** The run as its log tells it now; `running` also when nobody writes it any more. */
  async runAt(logs: string, name: string): Promise<RunView> {
    return (await this.#upToDate(join(logs, `${name}.jsonl`))).run;
  }

  async #upToDate(path: string): Promise<Translated> {
    const run = runOf(path);
    if (run === undefined) throw new AppError('missing', `${path} is no journal.`);
    const known = this.#translated.get(path) ?? (await this.#begin(path, run));
    known.readAt = Date.now();
    known.reading = known.reading
      .catch(() => undefined)
      .then(() => this.#readOn(join(dirname(path), logOfRun(run)), known));
    await known.reading;
    return known;
  }

  async #begin(path: string, run: string): Promise<Translated> {
    const { utcOffset, ...context } = await this.contextOf(dirname(path));
    const again = this.#translated.get(path);
    if (again) return again;
    const [year, month, day, ...time] = run.slice(4).split('-').map(Number);
    const [hour = 0, minute = 0, second = 0] = time;
    const localStart = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second) / 1000;
    const startedAt = localStart - utcOffset;
    const written: string[] = [];
    const one: Translated = {
      translation: new LogTranslation({ ...context, run, startedAt, localStart }, (line) => written.push(`${line}\n`)),
      written,
      chunks: [],
      offset: 0,
      rest: Buffer.alloc(0),
      run: newRun(run),
      reading: Promise.resolve(),
      readAt: Date.now(),
    };
    this.#translated.set(path, one);
    this.#forgetOld();
    return one;
  }

  /** Reads the log to its present end. What was there at the first look is as old as the run; later lines are seen as they come. */
  async #readOn(log: string, one: Translated): Promise<void> {
    const isFirst = one.offset === 0;
    for (;;) {
      const piece = await this.transport.readFile(log, one.offset, PIECE);
      if (piece.length === 0) break;
      one.offset += piece.length;
      const bytes = Buffer.concat([one.rest, piece]);
      let start = 0;
      for (let end; (end = bytes.indexOf(NEWLINE, start)) >= 0; start = end + 1) {
        const line = bytes.toString('utf8', start, end);
        one.translation.take(line, isFirst ? undefined : Date.now() / 1000);
      }
      one.rest = Buffer.from(bytes.subarray(start));
    }
    const lines = one.written.splice(0);
    for (const line of lines) {
      const record = concernsRun(line) ? parseRecord(line.trimEnd()) : undefined;
      if (record) one.run = withRecord(one.run, record);
    }
    if (lines.length > 0) one.chunks.push(Buffer.from(lines.join('')));
  }

  #forgetOld(): void {
    const ended = [...this.#translated].filter(([, one]) => one.translation.hasEnded);
    ended.sort(([, a], [, b]) => a.readAt - b.readAt);
    for (const [path] of ended.slice(0, Math.max(0, this.#translated.size - KEPT))) this.#translated.delete(path);
  }
}

const runOf = (path: string): string | undefined => /\/(run-[\d-]+)\.jsonl$/.exec(path)?.[1];
