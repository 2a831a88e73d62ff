import { watch } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors';
import { kindOfLine } from '../../src-shared/journal/kind-of-line';
import { type EngineRecord, parseRecord } from '../../src-shared/journal/records';
import { resolveArea } from '../area/area';
import { outputClosed } from '../system/standard-streams';
import { LineSplitter } from '../system/line-splitter';
import { readManifestFile } from '../area/manifest-file';
import { dateTimeWithSeconds, duration } from '../../src-shared/format';
import { runNames } from '../area/run-names';
import { assertInPlace, isRunning, journalPath } from '../area/runs';
import { defineCommand, type OptionTable, type Parsed } from './command';

const NEWLINE = Buffer.from('\n');
/** The poll interval where the file system sends no change events. */
const POLL_INTERVAL_MS = 500;
const CHUNK_BYTES = 64 * 1024;

const OPTIONS = {
  run: { type: 'string', value: 'RUN', description: 'the run; default: the newest' },
  from: { type: 'string', value: 'OFFSET', description: 'start at this byte of the journal' },
  json: { type: 'boolean', description: "print the journal's lines, one JSON object each" },
} as const satisfies OptionTable;

export const followCommand = defineCommand({
  name: 'follow',
  summary: "a run's journal, live",
  usage: ['[--run RUN] [--from OFFSET] [--json] MANIFEST'],
  description: [
    "Prints a run's journal from a byte offset and continues until the run has ended.",
    "With `--json` it prints the journal's own lines, so that a reader that counts bytes can continue from any of them; otherwise text. The exit status is that of the run, or 1 when the run was interrupted.",
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const from = Number(values.from ?? 0);
  if (!Number.isSafeInteger(from) || from < 0)
    throw new AppError('usage', `--from must be a number of bytes, not ${values.from}.`);
  const area = await resolveArea((await readManifestFile(positionals[0] ?? '')).manifest.buildArea);
  const names = runNames(area);
  const run = values.run === undefined ? names.at(-1) : names.find((name) => name === values.run);
  if (run === undefined)
    throw values.run === undefined
      ? new AppError('missing', `There are no runs in ${area.logs}.`, 'Start one with: distro_const build MANIFEST')
      : new AppError(
          'missing',
          `There is no run ${values.run} in ${area.logs}.`,
          'List the runs with: distro_const status MANIFEST',
        );
  assertInPlace(area, run);
  let exitCode: number | undefined;
  const asText = textOfRecords();
  const show = (line: Buffer, isWhole: boolean): void => {
    const record = parseRecord(line.toString('utf8'));
    if (record?.kind === 'exit') exitCode = record.code;
    if (!values.json) process.stdout.write(record ? asText(record) : describeDamage(line));
    else if (isWhole || record) process.stdout.write(Buffer.concat([line, NEWLINE]));
  };
  const journal = journalPath(area, run);
  const file = await open(journal, 'r');
  try {
    const tail = new Tail(file, from, show);
    for (;;) {
      // The state is read BEFORE the last read of the journal, so that the last records of a dying engine are printed.
      const running = isRunning(area, run);
      await tail.read();
      if (outputClosed()) return 0;
      // A crash may have cut the newline off.
      if (!running) tail.end();
      if (exitCode !== undefined) return exitCode;
      if (!running) {
        process.stderr.write(`${run} was interrupted: its process is gone. Resume with -R.\n`);
        return 1;
      }
      await changed(journal);
    }
  } finally {
    await file.close();
  }
}

/** Reads a growing file up to its present end, in whole lines. */
class Tail {
  readonly #file: FileHandle;
  #offset: number;

  readonly #splitter: LineSplitter;
  #isAtEnd = false;

  constructor(file: FileHandle, offset: number, onLine: (line: Buffer, isWhole: boolean) => void) {
    this.#file = file;
    this.#offset = offset;
    this.#splitter = new LineSplitter((line) => onLine(line, !this.#isAtEnd));
  }

  async read(): Promise<void> {
    for (;;) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#splitter.push(buffer.subarray(0, bytesRead));
    }
  }

  /** Emits the unfinished last line. */
  end(): void {
    this.#isAtEnd = true;
    this.#splitter.end();
  }
}

/** Records of a later version are skipped. Lines that are not records are reported. */
function describeDamage(line: Buffer): string {
  return line.length === 0 || kindOfLine(line) !== undefined ? '' : `# a damaged record of ${line.length} bytes\n`;
}

/** Resolves when the file may have grown. */
function changed(path: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(path, done);
    const timer = setTimeout(done, POLL_INTERVAL_MS);
    watcher.on('error', done);
    function done(): void {
      clearTimeout(timer);
      watcher.close();
      resolve();
    }
  });
}

/** Returns a function that writes each record as text. A line of which more follows has no newline until another line begins. */
function textOfRecords(): (record: EngineRecord) => string {
  let open: string | undefined;
  return (record) => {
    const line = record.kind === 'output' ? `${record.stream} ${record.step}` : undefined;
    const text = asText(record);
    if (text === '') return '';
    const newline = open !== undefined && open !== line ? '\n' : '';
    open = record.kind === 'output' && record.continued ? line : undefined;
    return newline + text;
  };
}

function asText(record: EngineRecord): string {
  switch (record.kind) {
    case 'output':
      return record.continued ? record.text : `${record.text}\n`;
    case 'hello':
      return `# ${record.run}, started ${dateTimeWithSeconds(new Date(record.at * 1000))} by ${record.client} on ${record.host}\n`;
    case 'checkpoint-taken':
      return `# checkpoint before ${record.step}: ${record.snapshot} (${duration(record.seconds)})\n`;
    case 'step-finished':
      return `# ${record.step}: ${record.outcome} in ${duration(record.seconds)}\n`;
    case 'exit':
      return `# ${record.outcome}, exit ${record.code}, ${duration(record.seconds)}\n`;
    default:
      return '';
  }
}
