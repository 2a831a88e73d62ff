import { join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors';
import { MAY_MENTION_ERROR, mentionsError } from '../../../src-shared/logs/first-error';
import { describePutAway, putAwayLogs } from '../../../src-shared/runs/put-away';
import { AreaPaths } from '../../build-hosts/area-paths';
import type { BuildHost } from '../../build-hosts/build-host';
import { FollowedJournals } from '../../journals/followed-journal';
import type { BuildServices } from '../../rpc/services';
import type { Selection } from './line-store';
import { RunLog } from './run-log';

const MAX_OPEN_LOGS = 3;
/** The largest number of line numbers in a search result. */
const MAX_FOUND = 10_000;

/** Logs of runs on a host, by line numbers. */
export function createLogs(
  host: BuildHost,
  journals = new FollowedJournals(host.journals),
  areas = new AreaPaths(host),
): BuildServices['logs'] {
  /** The most recently used last. */
  const logs = new Map<string, Promise<RunLog>>();

  async function openLog(manifest: string, run: string): Promise<RunLog> {
    const area = await areas.of(manifest);
    await assertInPlace(join(area, 'logs'), run);
    const isRunning = async (): Promise<boolean> => {
      const { runs } = await host.status(manifest, run);
      return runs.some((one) => one.run === run && one.state === 'running');
    };
    return new RunLog(host.journals, join(area, 'logs', `${run}.jsonl`), isRunning, journals);
  }

  /** Throws `missing` with the command that brings it back, where another program has compressed or renamed a log. */
  async function assertInPlace(folder: string, run: string): Promise<void> {
    const putAway = putAwayLogs(await host.transport.list(folder)).get(run);
    if (!putAway) return;
    const { message, hint } = describePutAway(putAway, folder);
    throw new AppError('missing', message, hint);
  }

  function logOf(manifest: string, run: string): Promise<RunLog> {
    const key = `${manifest}\n${run}`;
    const log = logs.get(key) ?? openLog(manifest, run);
    logs.delete(key);
    logs.set(key, log);
    // A log that cannot be read is opened again, because the manifest may name another area by then.
    const forget = (): void => {
      if (logs.get(key) === log) logs.delete(key);
    };
    log.then((one) => one.failed.then(forget), forget);
    for (const [oldest, unused] of logs) {
      if (logs.size <= MAX_OPEN_LOGS) break;
      logs.delete(oldest);
      unused.then(
        (one) => one.close(),
        () => undefined, // its caller has received the error
      );
    }
    return log;
  }

  return {
    grown: async ({ path, run, have, revision, ...selection }, { signal }) =>
      (await logOf(path, run)).grown(selection, have, signal, revision),
    read: async ({ path, run, from, count, ...selection }) =>
      (await logOf(path, run)).lines.read(selection, from, count),
    async find({ path, run, text, ...selection }) {
      const { lines } = await logOf(path, run);
      const started = performance.now();
      let count = 0;
      const numbers: number[] = [];
      for (const found of lines.search(selection, literal(text))) {
        count += found.length;
        numbers.push(...found.slice(0, MAX_FOUND - numbers.length));
        await yieldToEventLoop();
      }
      return { count, lines: numbers, milliseconds: performance.now() - started };
    },
    async firstError({ path, run, from, ...selection }) {
      const { lines } = await logOf(path, run);
      // A cheap pattern selects candidates for the rule.
      for (const found of lines.search(selection, MAY_MENTION_ERROR, from)) {
        const line = found.find((number) => isError(selection, number));
        if (line !== undefined) return { line };
        await yieldToEventLoop();
      }
      return { line: null };

      function isError(of: Selection, number: number): boolean {
        const [line] = lines.read(of, number, 1);
        return line !== undefined && line.stream !== 'engine' && mentionsError(line.text);
      }
    },
  };
}

/** A pattern for the text itself, ignoring case. */
function literal(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi');
}
