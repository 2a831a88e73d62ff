import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { parseRecord } from '../../src-shared/runs/run-view';
import type { BuildHost } from '../hosts/build-host';

/** Where a build begins and stops: names of steps. */
export interface BuildChoice {
  readonly resume?: string | undefined;
  readonly pause?: string | undefined;
}

const HEAD = 4096;

/**
 * Starts the engine detached from us, and finds the journal it writes. A build that was refused before it had one is an
 * `AppError` in the engine's words.
 *
 * @param logs the folder where journals appear
 */
export async function startBuild(
  host: BuildHost,
  manifest: string,
  logs: string,
  { resume, pause }: BuildChoice,
): Promise<{ run: string; ended: Promise<unknown> }> {
  const before = new Set(await host.transport.list(logs));
  const options = [...(resume === undefined ? [] : ['-r', resume]), ...(pause === undefined ? [] : ['-p', pause])];
  const command = host.command({ subcommand: 'build', manifest, options });
  const started = await host.transport.startDetached(command.argv, command.options);
  const looking = new AbortController();
  let end: { code: number | null; said: string } | undefined;
  started.ended.then(
    (how) => {
      end = how;
      looking.abort();
    },
    () => looking.abort(), // the connection was lost, and looking says so
  );
  try {
    for await (const _ of host.transport.changes(logs, looking.signal)) {
      const run = await journalOf(host, logs, before, started.pid);
      if (run !== undefined) return { run, ended: started.ended };
    }
    const run = await journalOf(host, logs, before, started.pid);
    if (run !== undefined) return { run, ended: started.ended };
    throw new AppError(
      'refused',
      end?.said.trim() || `The build ended with ${end?.code ?? 'a signal'} before it began.`,
    );
  } finally {
    looking.abort();
  }
}

async function journalOf(
  { transport }: BuildHost,
  logs: string,
  before: ReadonlySet<string>,
  pid: number,
): Promise<string | undefined> {
  for (const name of await transport.list(logs)) {
    if (before.has(name) || !name.endsWith('.jsonl')) continue;
    const head = (await transport.readFile(join(logs, name), 0, HEAD)).toString('utf8');
    const hello = parseRecord(head.slice(0, head.indexOf('\n')));
    if (hello?.kind === 'hello' && hello.pid === pid) return hello.run;
  }
  return undefined;
}
