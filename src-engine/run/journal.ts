import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineRecord, EngineRecordBody, EngineRecordKind } from '../../src-shared/journal/records';
import { newRun, withRecord, type RunView } from '../../src-shared/runs/run-view';

const FLUSH_BYTES = 64 * 1024;
const FLUSH_MILLISECONDS = 50;

/**
 * Appends records to one run's journal file (architecture section 3). Output records are gathered for a moment; every other
 * kind is written through at once, together with all that came before it.
 */
export class Journal {
  readonly path: string;
  /** The run's name: the file's name without its ending. */
  readonly run: string;
  #fd: number;
  #pending: string[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #view = newRun('');

  private constructor(folder: string, run: string, fd: number) {
    this.run = run;
    this.path = join(folder, `${run}.jsonl`);
    this.#fd = fd;
  }

  /** Creates the journal of a new run. Throws the system's error, also when a run of this name exists. */
  static create(folder: string, run: string): Journal {
    return new Journal(folder, run, openSync(join(folder, `${run}.jsonl`), 'ax', 0o644));
  }

  /** The run as a reader of the journal sees it. */
  get view(): RunView {
    return this.#view;
  }

  write<K extends EngineRecordKind>(kind: K, body: EngineRecordBody<K>): void {
    const record = { kind, at: Date.now() / 1000, ...body } as unknown as EngineRecord;
    this.#view = withRecord(this.#view, record);
    const line = `${JSON.stringify(record)}\n`;
    this.#pending.push(line);
    this.#bytes += line.length;
    if (kind !== 'output' || this.#bytes >= FLUSH_BYTES) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MILLISECONDS);
  }

  /** Hands everything to the file system, so that a crash of the engine loses nothing of it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const text = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    this.#bytes = 0;
    for (let at = 0; at < text.length;) at += writeSync(this.#fd, text, at);
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }
}
