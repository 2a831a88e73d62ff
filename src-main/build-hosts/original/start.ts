import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors';
import type { DetachedCommand, Transport } from '../../transport/transport';
import type { HostCommand, StartedBuild } from '../build-host';
import { runOfLog } from './journals';
import type { BuildMarker } from './marker';
import { findBuild } from './processes';
import { refusalOf } from './refusal';

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
  marker: BuildMarker,
): Promise<StartedBuild> {
  await marker.take();
  let started: DetachedCommand;
  let before: ReadonlySet<string>;
  try {
    before = new Set(await transport.list(logs));
    const held = [...before].filter((name) => runOfLog(name) !== undefined).map((name) => `${logs}/${name}`);
    const other = (await findBuild(transport, held))?.process;
    if (other)
      throw new AppError(
        'locked',
        `Process ${other.pid} of ${other.user} is building in this build area.`,
        'Wait for that build, or stop it.',
      );
    await newSecond(transport, before);
    started = await transport.startDetached(marker.holding(argv), options);
  } catch (error) {
    await marker.release();
    throw error;
  }
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
  let refusal: AppError | undefined;
  started.ended.then(
    (end) => {
      refusal = refusalOf(end.output, end.code);
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
    throw refusal ?? new AppError('refused', 'The build ended before it wrote a log.', 'Start it again.');
  } finally {
    searching.abort();
  }
}
