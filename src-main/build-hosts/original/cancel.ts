import { setTimeout as delay } from 'node:timers/promises';
import type { CancelAnswer } from '../../../src-shared/engine-answers/running';
import { AppError } from '../../../src-shared/errors';
import type { Transport } from '../../transport/transport';
import type { Inspection } from './inspect';
import { findBuild, type StockProcess } from './processes';
import { latestOf } from './status';

/** Poll interval for the end of a cancelled build. */
const POLL_INTERVAL_MS = 250;
/** A build that has not ended after this time is killed. */
const KILL_TIMEOUT_MS = 10_000;

/**
 * Ends the build that runs with its process group, because the original itself would leave its step running (contract 1.3), and waits until it
 * has ended. Throws `refused` when none runs.
 *
 * @param step the build's current step, from its log
 * @param onStopping called before the build is ended, with its log
 * @returns that step, and where to resume
 */
export async function cancelBuild(
  transport: Transport,
  { process, logs }: Inspection,
  inspect: () => Promise<Inspection>,
  step: string | null,
  onStopping: (log: string) => Promise<void>,
): Promise<CancelAnswer> {
  const log = logs.at(-1);
  if (!process || log === undefined)
    throw new AppError('refused', 'No build is running in this build area.', 'See the timeline for how it ended.');
  await onStopping(log);
  await signal(transport, 'TERM', process);
  const asked = Date.now();
  while ((await isGroupAlive(transport, process)) && Date.now() - asked < KILL_TIMEOUT_MS)
    await delay(POLL_INTERVAL_MS);
  if (Date.now() - asked >= KILL_TIMEOUT_MS) await signal(transport, 'KILL', process);
  while (await findBuild(transport, [log])) await delay(POLL_INTERVAL_MS);
  // The original leaves its socket behind when a signal ends it (contract 9, 27b).
  await transport.run(['sh', '-c', '[ ! -S "$1" ] || rm -f "$1"', 'sh', `/tmp/ManifestServ.${process.pid}`]);
  return { step, resumeFrom: latestOf(await inspect()) };
}

/** Whether anything of the build's group still runs. */
async function isGroupAlive(transport: Transport, { group }: StockProcess): Promise<boolean> {
  return (await transport.run(['sh', '-c', 'kill -s 0 -- "-$1" 2>/dev/null', 'sh', `${group}`])).code === 0;
}

/** Sends a signal to the process group, or to the process alone when the group is gone. */
async function signal(transport: Transport, name: 'TERM' | 'KILL', { group, pid }: StockProcess): Promise<void> {
  const script = 'kill -s "$1" -- "-$2" 2>/dev/null || kill -s "$1" "$3"';
  await transport.run(['sh', '-c', script, 'sh', name, `${group}`, `${pid}`]);
}
