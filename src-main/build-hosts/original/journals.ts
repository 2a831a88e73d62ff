import { dirname, join } from 'node:path/posix';
import { AppError } from '../../../src-shared/errors';
import type { RunView } from '../../../src-shared/runs/run-view';
import type { Transport } from '../../transport/transport';
import type { Journals } from '../build-host';
import { utcOffsetOf } from './list-files';
import type { RunOrder } from './run-order';
import { TextCache } from './text-cache';
import { TranslatedLog } from './translated-log';
import type { LoggedBuild } from './translate';

/** Cache size for the text of journals. */
const CACHE_BYTES = 32 * 1024 * 1024;
/** Older runs are left out, because each log is read completely once, which is slow over a network. */
const MAX_RUNS = 30;
/** How the names of detail logs begin. */
export const LOG_PREFIX = 'detail-log-';
const LOG = /^detail-log-\d{4}(-\d\d){5}$/;
const RUN = /\/(run-\d{4}(?:-\d\d){5})\.jsonl$/;

/** The name of the run whose detail log this is; `undefined` for another file. */
export const runOfLog = (name: string): string | undefined => (LOG.test(name) ? `run-${name.slice(11)}` : undefined);
/** The name of a run's detail log. */
export const logOfRun = (run: string): string => `detail-log-${run.slice(4)}`;

/** The newest of an area's runs, in the same order. */
export const newestOf = (runs: readonly string[]): string[] => runs.slice(-MAX_RUNS);

/** What the journals of a host need from a manifest. */
export type JournalContext = Pick<LoggedBuild, 'manifest' | 'steps' | 'host'>;

/** The original's detail logs, translated to journals `LOGS/run-STAMP.jsonl` that grow with them. */
export class OriginalJournals implements Journals {
  readonly #logs = new Map<string, Promise<TranslatedLog>>();
  readonly #cache = new TextCache(CACHE_BYTES);

  readonly #transport: Transport;
  readonly #contextOf: (logs: string) => Promise<JournalContext>;
  readonly #order: RunOrder;

  /**
   * @param contextOf returns the manifest whose logs are in a folder
   */
  constructor(transport: Transport, contextOf: (logs: string) => Promise<JournalContext>, order: RunOrder) {
    this.#transport = transport;
    this.#contextOf = contextOf;
    this.#order = order;
  }

  async list(logs: string): Promise<readonly string[]> {
    const runs = (await this.#transport.list(logs)).flatMap((name) => runOfLog(name) ?? []);
    return newestOf(this.#order.asSorted(logs, runs)).map((run) => `${run}.jsonl`);
  }

  changes(path: string, signal: AbortSignal): AsyncIterable<void> {
    const run = runOf(path);
    return this.#transport.changes(run === undefined ? path : join(dirname(path), logOfRun(run)), signal);
  }

  async readFile(path: string, offset: number, length: number): Promise<Buffer> {
    return (await this.#open(path)).read(offset, length);
  }

  /**
   * The run as its log describes it. `running` also when no process writes the log now.
   *
   * @param isOver no process writes the log, so after its last line it is not read again
   */
  async runAt(logs: string, name: string, isOver: boolean): Promise<RunView> {
    const log = await this.#open(join(logs, `${name}.jsonl`));
    if (!(isOver && log.hasEnded)) await log.catchUp();
    return log.run;
  }

  #open(path: string): Promise<TranslatedLog> {
    const log = this.#logs.get(path) ?? this.#begin(path);
    this.#logs.set(path, log);
    // A failed read is repeated at the next call.
    log.catch(() => this.#logs.delete(path));
    return log;
  }

  async #begin(path: string): Promise<TranslatedLog> {
    const run = runOf(path);
    if (run === undefined) throw new AppError('missing', `${path} is not a journal.`);
    const log = join(dirname(path), logOfRun(run));
    const context = await this.#contextOf(dirname(path));
    const [year = 0, month = 1, day, hour, minute, second] = run.slice(4).split('-').map(Number);
    const localStart = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
    const startedAt = localStart - (await utcOffsetOf(this.#transport, log));
    return new TranslatedLog(this.#transport, log, { ...context, run, startedAt, localStart }, this.#cache);
  }
}

const runOf = (path: string): string | undefined => RUN.exec(path)?.[1];
