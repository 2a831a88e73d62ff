import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { exitText } from '../../../src-shared/exit-text';
import { parseRecord } from '../../../src-shared/journal/records';
import type { Transport } from '../../transport/transport';
import type { HostCommand, StartedBuild } from '../build-host';

const HEAD_BYTES = 4096;

/**
 * Starts the engine detached from this program, and finds its journal. A build that is refused before it has a journal is an `AppError`
 * with the engine's message.
 *
 * @param logs the folder where journals appear
 */
export async function startBuild(transport: Transport, command: HostCommand, logs: string): Promise<StartedBuild> {
  const before = new Set(await transport.list(logs));
  const started = await transport.startDetached(command.argv, command.options);
  const searching = new AbortController();
  let end: { code: number | null; output: string } | undefined;
  started.ended.then(
    (how) => {
      end = how;
      searching.abort();
    },
    () => searching.abort(), // the connection was lost; the search below reports it
  );
  try {
    for await (const _ of transport.changes(logs, searching.signal)) {
      const run = await journalOf(transport, logs, before, started.pid);
      if (run !== undefined) return { run, ended: started.ended };
    }
    const run = await journalOf(transport, logs, before, started.pid);
    if (run !== undefined) return { run, ended: started.ended };
    throw new AppError('refused', end?.output.trim() || `The build ${exitText(end?.code)} before its first step.`);
  } finally {
    searching.abort();
  }
}

async function journalOf(
  transport: Transport,
  logs: string,
  before: ReadonlySet<string>,
  pid: number,
): Promise<string | undefined> {
  for (const name of await transport.list(logs)) {
    if (before.has(name) || !name.endsWith('.jsonl')) continue;
    const head = (await transport.readFile(join(logs, name), 0, HEAD_BYTES)).toString('utf8');
    const hello = parseRecord(head.slice(0, head.indexOf('\n')));
    if (hello?.kind === 'hello' && hello.pid === pid) return hello.run;
  }
  return undefined;
}
