// Measures the processor time of commands, because their duration depends on what runs beside them.
import { readFileSync } from 'node:fs';

const SCRIPT = 'file=$1; shift; "$@"; status=$?; times >"$file"; exit $status';

/** A command line that runs another one, and then writes the processor time of its processes to a file. */
export function timed(argv, file) {
  return ['sh', '-c', SCRIPT, 'sh', file, ...argv];
}

/** The processor time of the processes that have ended, for instance `, 12 s of a processor`; empty without the file. */
export function processorTime(file) {
  let times;
  try {
    times = readFileSync(file, 'utf8');
  } catch {
    return ''; // the command was killed
  }
  // First that of the shell itself, then that of its children.
  const [, children = ''] = times.split('\n');
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => 60 * minutes + Number(seconds),
  );
  return `, ${parts.reduce((sum, part) => sum + part, 0).toFixed(0)} s of a processor`;
}
