import { join } from 'node:path/posix';
import * as z from 'zod';
import { AppError } from '../../../src-shared/errors';
import type { Transport } from '../../transport/transport';

const MAX_BYTES = 1 << 20;

/** What the original does not record of a run, written beside its logs by the program that started it. */
const runNote = z.object({
  /** SHA-256 of the manifest and its scripts as they were sent, by their paths in the document. */
  files: z.record(z.string(), z.string()),
  /** The step before which it pauses. */
  pause: z.string().optional(),
  /** The run before it in the same area. The order of names is wrong after the host's clock was set back. */
  after: z.string().optional(),
  /** It was stopped by the user. */
  isCancelled: z.boolean().optional(),
});

/** What Slipway wrote about a run that it started. */
export type RunNote = z.output<typeof runNote>;

/** Writes a file whole or not at all. */
const WRITE = 'umask 022; cat >"$1.new" && mv "$1.new" "$1"';

const NOTE = /^slipway-(run-[\d-]+)\.json$/;
const nameOf = (run: string): string => `slipway-${run}.json`;

/** Notes about the runs of areas on a host: `LOGS/slipway-RUN.json`. */
export class RunNotes {
  readonly #known = new Map<string, RunNote>();
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * The notes among the files of a folder of logs, by run. A note that cannot be read is left out.
   *
   * @param mayHaveChanged runs whose notes may have changed since they were read
   */
  async read(
    logs: string,
    names: readonly string[],
    mayHaveChanged: readonly (string | undefined)[],
  ): Promise<ReadonlyMap<string, RunNote>> {
    const notes = new Map<string, RunNote>();
    for (const name of names) {
      const run = NOTE.exec(name)?.[1];
      if (run === undefined) continue;
      const path = join(logs, name);
      const note = (mayHaveChanged.includes(run) ? undefined : this.#known.get(path)) ?? (await this.#readNote(path));
      if (!note) continue;
      this.#known.set(path, note);
      notes.set(run, note);
    }
    return notes;
  }

  /** Writes the note of a run. Without it the run is known less well, so a failure is no error. */
  async write(logs: string, run: string, note: RunNote): Promise<void> {
    const argv = ['sh', '-c', WRITE, 'sh', join(logs, nameOf(run))] as const;
    await this.#transport.run(argv, { input: JSON.stringify(note) }).catch(() => undefined);
    this.#known.set(join(logs, nameOf(run)), note);
  }

  async #readNote(path: string): Promise<RunNote | undefined> {
    try {
      const bytes = await this.#transport.readFile(path, 0, MAX_BYTES);
      return runNote.safeParse(JSON.parse(bytes.toString('utf8'))).data;
    } catch (error) {
      if (error instanceof SyntaxError || (error instanceof AppError && error.code === 'missing')) return undefined;
      throw error;
    }
  }
}
