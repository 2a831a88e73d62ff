import { constants } from 'node:os';
import type { ProcessEnd } from './step-process';

/** The result of a step. A failing step is a result, not an exception. */
export type StepResult =
  | { readonly outcome: 'done' }
  | {
      readonly outcome: 'failed';
      readonly exit: number | null;
      readonly signal: string | null;
      /** The lines for the console (contract section 4). */
      readonly lines: readonly string[];
    };

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** The result of a script that has ended. */
export function ended({ exit, signal }: ProcessEnd): StepResult {
  if (exit === 0) return { outcome: 'done' };
  if (exit !== null) return { outcome: 'failed', exit, signal: null, lines: [`Child returned err ${exit}`] };
  const name = SIGNAL_NAMES.get(signal) ?? `signal ${signal}`;
  return { outcome: 'failed', exit, signal: name, lines: [`Child was terminated by signal ${signal}`] };
}

const START_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: '[Errno 2] No such file or directory',
  ENOEXEC: '[Errno 8] Exec format error',
  EACCES: '[Errno 13] Permission denied',
  E2BIG: '[Errno 7] Argument list too long',
};

/** The messages of contract section 4 for a script that cannot be started, in the original's notation. */
export function notStarted(argv: readonly string[], code: string): StepResult {
  const list = argv.map(pythonString).join(', ');
  const reason = START_ERRORS[code] ?? code;
  return {
    outcome: 'failed',
    exit: null,
    signal: null,
    lines: [`Error starting or running shell:${reason}: ${pythonString(argv[0] ?? '')}`, `shell_list = [${list}]`],
  };
}

function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}
