import { join } from 'node:path';
import type { EngineRecord, EngineRecordBody, EngineRecordKind } from '../../src-shared/journal/records';
import { newRun, withRecord, type RunView } from '../../src-shared/runs/run-view';
import { AppendFile } from './append-file';

/**
 * Appends records to one run's journal file (architecture section 3). Output records are collected for a moment; every
 * other kind is written at once, together with all records before it.
 *
 * Its methods do not throw. When the file cannot be written, output is dropped and other records are kept for `retry`.
 */
export class Journal {
  /** The run's name: the file's name without its extension. */
  readonly run: string;
  readonly #file: AppendFile;
  #view = newRun('');

  private constructor(run: string, file: AppendFile) {
    this.run = run;
    this.#file = file;
  }

  /**
   * Creates the journal of a run. Throws the system's error when that fails.
   *
   * @param run a name that no other run of the area has
   * @param onError receives the first error of a later write
   */
  static create(folder: string, run: string, onError: (error: Error) => void): Journal {
    return new Journal(run, new AppendFile(join(folder, `${run}.jsonl`), 'ax', onError));
  }

  /** The run as a reader of the journal sees it. */
  get view(): RunView {
    return this.#view;
  }

  write<K extends EngineRecordKind>(kind: K, body: EngineRecordBody<K>): void {
    this.add(kind, body);
    if (kind !== 'output') this.#file.flush();
  }

  /** As `write`, for a caller that writes more or flushes at once: on FUSE each write takes long. */
  add<K extends EngineRecordKind>(kind: K, body: EngineRecordBody<K>): void {
    const record = { kind, at: Date.now() / 1000, ...body } as unknown as EngineRecord;
    this.#view = withRecord(this.#view, record);
    this.#file.append(Buffer.from(`${JSON.stringify(record)}\n`), kind !== 'output');
  }

  /** Writes everything to the file system, so that a crash of the engine loses none of it. */
  flush(): void {
    this.#file.flush();
  }

  /** Tries to write the records that were kept. */
  retry(): void {
    this.#file.retry();
  }

  /** Forces the journal to the disk, and returns whether every record except output was written. */
  close(): boolean {
    return this.#file.close(true);
  }
}
