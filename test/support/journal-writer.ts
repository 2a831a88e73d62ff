import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A journal in the engine's form, written by a test, with more lines than a build can print in the time of a test. */
export class JournalWriter {
  readonly path: string;

  /** @param logs the folder of the area for journals; created when it does not exist */
  constructor(
    logs: string,
    readonly run: string,
  ) {
    mkdirSync(logs, { recursive: true });
    this.path = join(logs, `${run}.jsonl`);
    writeFileSync(this.path, '');
  }

  record(kind: string, body: object, at = 1_767_225_600): string {
    return `${JSON.stringify({ kind, at, ...body })}\n`;
  }

  output(text: string, step: string | null = 'a', stream = 'stdout', at?: number): string {
    return this.record('output', { step, stream, text }, at);
  }

  append(text: string | Buffer): void {
    appendFileSync(this.path, text);
  }

  end(): void {
    this.append(this.record('exit', { code: 0, outcome: 'done', seconds: 1 }));
  }
}
