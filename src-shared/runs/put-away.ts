import { quoteArgument } from '../shell-quote';

/** Programs that unpack a file to standard output, by the end of its name. */
const UNPACK: Readonly<Record<string, string>> = {
  gz: 'gzip -dc',
  xz: 'xz -dc',
  zst: 'zstd -dc',
  bz2: 'bzip2 -dc',
  lz4: 'lz4 -dc',
};

/** What rotation puts behind the name of a log: numbers and dates (`.1`, `-20261130`), then what it was packed with. */
const PUT_AWAY =
  /^(run-\d{4}(?:-\d\d){5}-\d+\.jsonl|detail-log-\d{4}(?:-\d\d){5})((?:\.\d{1,6}|-\d{8,14})*)(?:\.(gz|xz|zst|bz2|lz4))?$/;

/** A log that another program, such as logrotate, has renamed or packed. */
export interface PutAwayLog {
  readonly run: string;
  /** Its name before. */
  readonly log: string;
  /** Its name now. */
  readonly file: string;
}

/** The log that a file is; `undefined` for another file, and for a log that has its own name. */
export function putAwayLog(file: string): PutAwayLog | undefined {
  const [, log, numbers, packed] = PUT_AWAY.exec(file) ?? [];
  if (log === undefined || (numbers === '' && packed === undefined)) return undefined;
  return { run: log.replace(/^detail-log/, 'run').replace(/\.jsonl$/, ''), log, file };
}

/**
 * Logs that were put away, by their runs. One that is there under its own name as well is left out.
 *
 * @param names of all files in the folder
 */
export function putAwayLogs(names: readonly string[]): ReadonlyMap<string, PutAwayLog> {
  const there = new Set(names);
  return new Map(
    names.flatMap((name) => {
      const found = putAwayLog(name);
      return found === undefined || there.has(found.log) ? [] : [[found.run, found] as const];
    }),
  );
}

/** What happened to the log of a run, and the command that makes it readable. */
export function describePutAway(
  { log, file }: Omit<PutAwayLog, 'run'>,
  folder: string,
): { readonly message: string; readonly hint: string } {
  const [from, to] = [quoteArgument(`${folder}/${file}`), quoteArgument(`${folder}/${log}`)];
  const unpack = UNPACK[file.slice(file.lastIndexOf('.') + 1)];
  return {
    message: `The log of this run was ${unpack === undefined ? 'renamed' : 'compressed'} by another program: ${folder}/${file}.`,
    hint: `To read it again, run on the build host: ${unpack === undefined ? `mv ${from} ${to}` : `${unpack} ${from} >${to}`}`,
  };
}
