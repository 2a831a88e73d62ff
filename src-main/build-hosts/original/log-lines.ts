/** The event that a line of the original's detail log reports (contract 3.4 and 4). */
export type OriginalLogLine =
  /** A checkpoint or a rollback begins. `banner` is printed when it has ended. */
  | {
      readonly kind: 'announced';
      readonly step: string;
      readonly banner: string;
      readonly isRollback: boolean;
      readonly pauses: boolean;
    }
  /** A script starts. */
  | { readonly kind: 'script'; readonly script: string }
  /** How the script before it failed. */
  | { readonly kind: 'failure'; readonly exit: number | null; readonly signal: string | null }
  /** The line before the last one; `at` is by the host's local time, as if it were UTC. */
  | { readonly kind: 'completed'; readonly at: number }
  | { readonly kind: 'ended'; readonly isGood: boolean };

const HELPER = /^exec command: \S*\/finalizer_(checkpoint|rollback)\.py .*@\.step_(.+?) ((==== |Stopping at )\2: .*)$/;
const SCRIPT = /^exec command: (.+?) \/\S+ \/.*\/build_data\/pkg_image \/.*\/build_data\/tmp \//;
const RETURNED = /^Child returned err (-?\d+)$/;
const TERMINATED = /^Child was terminated by signal (\d+)$/;
const COMPLETED = /^Build completed \w{3} (\w{3}) +(\d+) (\d\d):(\d\d):(\d\d) (\d{4})$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A longer line is output: no path is as long, and parsing must not take long for any content. */
const MAX_LINE_CHARACTERS = 8192;

/** Signals that have the same number on every system; the log has numbers only. */
const SIGNALS = new Map([
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [3, 'SIGQUIT'],
  [6, 'SIGABRT'],
  [8, 'SIGFPE'],
  [9, 'SIGKILL'],
  [11, 'SIGSEGV'],
  [13, 'SIGPIPE'],
  [14, 'SIGALRM'],
  [15, 'SIGTERM'],
]);

/** Parses a line; `undefined` for plain output. */
export function readLogLine(line: string): OriginalLogLine | undefined {
  // Most lines are output, which the first letter shows.
  const first = line[0];
  if ((first !== 'e' && first !== 'C' && first !== 'E' && first !== 'B') || line.length > MAX_LINE_CHARACTERS)
    return undefined;
  const [, helper, step = '', banner = '', opening] = HELPER.exec(line) ?? [];
  if (helper !== undefined)
    return {
      kind: 'announced',
      step,
      banner,
      isRollback: helper === 'rollback',
      pauses: opening === 'Stopping at ',
    };
  const script = SCRIPT.exec(line)?.[1];
  if (script !== undefined) return { kind: 'script', script };
  const exit = RETURNED.exec(line)?.[1];
  if (exit !== undefined) return { kind: 'failure', exit: Number(exit), signal: null };
  const signal = TERMINATED.exec(line)?.[1];
  if (signal !== undefined)
    return { kind: 'failure', exit: null, signal: SIGNALS.get(Number(signal)) ?? `signal ${signal}` };
  if (line.startsWith('Error starting or running shell:')) return { kind: 'failure', exit: null, signal: null };
  if (line === 'Build is successful.' || line === 'Build failed.')
    return { kind: 'ended', isGood: line === 'Build is successful.' };
  const [, month = '', ...numbers] = COMPLETED.exec(line) ?? [];
  const [day, hour, minute, second, year = 0] = numbers.map(Number);
  return MONTHS.includes(month)
    ? { kind: 'completed', at: Date.UTC(year, MONTHS.indexOf(month), day, hour, minute, second) / 1000 }
    : undefined;
}
