import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors';
import type { DetachedCommand, Transport } from '../../transport/transport';
import type { HostCommand, StartedBuild } from '../build-host';
import { runOfLog } from './journals';
import { findBuild } from './processes';

/** Poll interval for the next second of the host's clock. */
const POLL_INTERVAL_MS = 200;

/**
 * Starts the original detached from this program, and finds the log of the build. A build that ends before it has a log is an
 * `AppError('refused')` with its output. The original has no lock and a second build would destroy the checkpoints of the first, so a
 * second build is `AppError('locked')`.
 *
 * @param logs the folder where its logs appear
 */
export async function startStockBuild(
  transport: Transport,
  { argv, options }: HostCommand,
  logs: string,
): Promise<StartedBuild> {
  const before = new Set(await transport.list(logs));
  const newest = [...before]
    .filter((name) => runOfLog(name) !== undefined)
    .sort()
    .at(-1);
  const other = newest === undefined ? undefined : await findBuild(transport, `${logs}/${newest}`);
  if (other)
    throw new AppError(
      'locked',
      `Process ${other.pid} of ${other.user} builds in this build area.`,
      'Wait for that build, or stop it.',
    );
  await newSecond(transport, before);
  const started = await transport.startDetached(argv, options);
  const run = await newRun(transport, started, logs, before);
  return { run, ended: started.ended };
}

/** Builds that begin in one second write to the same log (contract 3.4), so the second build waits. */
async function newSecond(transport: Transport, taken: ReadonlySet<string>): Promise<void> {
  for (;;) {
    const { stdout } = await transport.run(['date', '+%Y-%m-%d-%H-%M-%S']);
    if (!taken.has(`detail-log-${stdout.toString('utf8').trim()}`)) return;
    await delay(POLL_INTERVAL_MS);
  }
}

async function newRun(
  transport: Transport,
  started: DetachedCommand,
  logs: string,
  before: ReadonlySet<string>,
): Promise<string> {
  const searching = new AbortController();
  let output = '';
  started.ended.then(
    (end) => {
      output = end.output.trim() || `The build ended with ${end.code ?? 'a signal'} before it wrote a log.`;
      searching.abort();
    },
    () => searching.abort(), // the connection was lost; the search reports it
  );
  const findRun = async (): Promise<string | undefined> =>
    (await transport.list(logs)).filter((name) => !before.has(name)).flatMap((name) => runOfLog(name) ?? [])[0];
  try {
    for await (const _ of transport.changes(logs, searching.signal)) {
      const run = await findRun();
      if (run !== undefined) return run;
    }
    const run = await findRun();
    if (run !== undefined) return run;
    throw new AppError('refused', output, 'Correct the cause and start again.');
  } finally {
    searching.abort();
  }
}
