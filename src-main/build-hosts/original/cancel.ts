import { setTimeout as delay } from 'node:timers/promises';
import type { CancelAnswer } from '../../../src-shared/engine-answers/running';
import { AppError } from '../../../src-shared/errors';
import type { Transport } from '../../transport/transport';
import type { Look } from './inspect';
import { findBuild, type StockProcess } from './processes';

/** How often the end of a cancelled build is looked for, in milliseconds. */
const POLL_INTERVAL_MS = 250;
/** Who has not ended by then is ended without being asked, in milliseconds. */
const KILL_TIMEOUT_MS = 10_000;

/**
 * Ends the build that runs with its process group, because the original itself would leave its step running (contract 1.3), and waits until it
 * has ended. Throws `refused` when none runs.
 *
 * @param step the one that it is in, as its log tells
 * @returns that step, and where to resume
 */
export async function cancelBuild(
  transport: Transport,
  look: () => Promise<Look>,
  step: string | null,
): Promise<CancelAnswer> {
  const { process, logs } = await look();
  const log = logs.at(-1);
  if (!process || log === undefined)
    throw new AppError('refused', 'No build is running in this build area.', 'Look at the timeline how it ended.');
  await signal(transport, 'TERM', process);
  const asked = Date.now();
  while ((await isGroupAlive(transport, process)) && Date.now() - asked < KILL_TIMEOUT_MS)
    await delay(POLL_INTERVAL_MS);
  if (Date.now() - asked >= KILL_TIMEOUT_MS) await signal(transport, 'KILL', process);
  while (await findBuild(transport, log)) await delay(POLL_INTERVAL_MS);
  const { manifest, resumable } = await look();
  return { step, resumeFrom: manifest.steps.filter(({ name }) => resumable.has(name)).at(-1)?.name ?? null };
}

/** Whether anything of the build's group still runs. */
async function isGroupAlive(transport: Transport, { group }: StockProcess): Promise<boolean> {
  return (await transport.run(['sh', '-c', 'kill -s 0 -- "-$1" 2>/dev/null', 'sh', `${group}`])).code === 0;
}

/** To the group; to the process alone where it has no group of its own any more. */
async function signal(transport: Transport, name: 'TERM' | 'KILL', { group, pid }: StockProcess): Promise<void> {
  const script = 'kill -s "$1" -- "-$2" 2>/dev/null || kill -s "$1" "$3"';
  await transport.run(['sh', '-c', script, 'sh', name, `${group}`, `${pid}`]);
}
