import { dirname, join } from 'node:path/posix';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors';
import type { BuildHost, EngineCall, HostCommand } from '../build-host';
import {
  cancelBuild,
  checkpointsOf,
  checksumOf,
  diffOf,
  mediaOf,
  pathInside,
  planOf,
  snapshotOf,
  statusOf,
} from './answers';
import { doctorOf } from './doctor';
import { findArea, readDocument } from './area';
import { StockJournals, runOfLog, type JournalContext } from './journals';
import { listFiles } from './list-files';
import { lookAt, runsOf, type Look, type StockTools } from './look';

/** How much of a file, and of what; the path is an argument. */
const CAT = 'if [ -n "$2" ]; then head -c "$2" "$1"; else cat "$1"; fi';
const SHELL = 'cd "$1" && exec "${SHELL:-/bin/sh}"';

/**
 * A host with the original `distro_const`: nothing is installed there, and only that command, `zfs` and POSIX tools are used. What the
 * original does not know is told as unknown.
 */
export function createStockHost(parts: StockTools & { reachable(): Promise<void> }): BuildHost {
  const { transport, command: commandPath, place, reachable } = parts;
  const contexts = new Map<string, Promise<JournalContext>>();
  const journals = new StockJournals(transport, (logs) => contexts.get(logs) ?? Promise.reject(unknownLogs(logs)));

  /** Looks, and remembers whose logs are where. */
  async function look(manifest: string): Promise<Look> {
    const seen = await lookAt(parts, manifest);
    remember(manifest, seen.area.path, seen.manifest.steps);
    return seen;
  }

  function remember(manifest: string, area: string, steps: JournalContext['steps']): void {
    contexts.set(
      join(area, 'logs'),
      hostFacts().then((facts) => ({ manifest, steps, ...facts })),
    );
  }

  /** Builds that begin in one second write to the same log (contract 3.4): the second one waits a moment. */
  async function newSecond(logs: string): Promise<void> {
    for (;;) {
      const stamp = (await transport.run(['date', '+%Y-%m-%d-%H-%M-%S'])).stdout.toString('utf8').trim();
      if (!(await transport.list(logs)).includes(`detail-log-${stamp}`)) return;
      await delay(200);
    }
  }

  let facts: Promise<{ host: string; utcOffset: number }> | undefined;
  function hostFacts(): Promise<{ host: string; utcOffset: number }> {
    facts ??= (async () => {
      const { stdout } = await transport.run(['sh', '-c', 'uname -n; date +%z']);
      const [host = '', zone = '+0000'] = stdout.toString('utf8').split('\n');
      const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5));
      return { host, utcOffset: (zone.startsWith('-') ? -1 : 1) * minutes * 60 };
    })();
    facts.catch(() => (facts = undefined));
    return facts;
  }

  const runs = async (seen: Look, since?: string) => runsOf(journals, seen, since);

  async function answer({ subcommand, manifest, options = [], operands = [] }: EngineCall, signal?: AbortSignal) {
    const after = (option: string): string | undefined =>
      options.includes(option) ? options[options.indexOf(option) + 1] : undefined;
    const [first = '', second] = operands;
    switch (subcommand) {
      case 'status': {
        const seen = await look(manifest);
        return statusOf(seen, await runs(seen, after('--since')), (await hostFacts()).host);
      }
      case 'checkpoints':
        return checkpointsOf(await look(manifest));
      case 'plan': {
        const seen = await look(manifest);
        return planOf(seen, await runs(seen), { resume: after('-r'), pause: after('-p') });
      }
      case 'cancel': {
        const live = (await runs(await look(manifest))).at(-1);
        const step = live?.state === 'running' ? (live.steps.at(-1)?.step ?? null) : null;
        return cancelBuild(transport, () => look(manifest), step);
      }
      case 'diff':
        return diffOf(transport, await look(manifest), first, second, signal);
      case 'ls': {
        const seen = await look(manifest);
        const inside = pathInside(seen, snapshotOf(seen, first), second ?? '/');
        const { code } = await transport.run(['test', '-d', inside]);
        const entries = await listFiles(transport, inside, code === 0 ? 'folder' : 'file', signal);
        // A file is listed by the path that was asked for.
        return { entries: code === 0 ? entries : entries.map((entry) => ({ ...entry, name: second ?? '' })) };
      }
      case 'media': {
        const seen = await look(manifest);
        const wanted = options.find((option) => option.startsWith('--checksum='))?.slice('--checksum='.length);
        return wanted === undefined ? mediaOf(transport, seen, signal) : checksumOf(transport, seen, wanted, signal);
      }
      case 'doctor':
        if (options.includes('--rights')) throw cannot('doctor --rights');
        return doctorOf(transport, await look(manifest), await place(manifest));
      case 'pause':
        throw new AppError(
          'unsupported',
          'The original command cannot be told to pause while it runs.',
          'Start a build that pauses there.',
        );
      case 'prune':
        throw new AppError(
          'unsupported',
          'The original command has no way to remove checkpoints.',
          'A build from the beginning removes them; zfs destroy does on the host.',
        );
      default:
        throw cannot(subcommand);
    }
  }

  async function command({ subcommand, manifest, options = [], operands = [] }: EngineCall): Promise<HostCommand> {
    const [step = '', path] = operands;
    if (subcommand === 'build') {
      const placed = await place(manifest);
      return { argv: [await commandPath(), 'build', ...options, placed], options: { folder: dirname(placed) } };
    }
    if (subcommand !== 'cat' && subcommand !== 'shell') throw cannot(subcommand);
    const seen = await look(manifest);
    const inside = pathInside(seen, snapshotOf(seen, step), path ?? '/');
    const limit = options[options.indexOf('--bytes') + 1] ?? '';
    return subcommand === 'cat'
      ? { argv: ['sh', '-c', CAT, 'sh', inside, options.includes('--bytes') ? limit : ''], options: {} }
      : { argv: ['sh', '-c', SHELL, 'sh', inside], options: {} };
  }

  return {
    transport,
    reachable,
    journals,
    command,
    ask: answer,
    async start(manifest, logs, { resume, pause }) {
      const document = await readDocument(manifest);
      const area = await findArea(transport, document);
      remember(manifest, area.path, document.steps);
      const options = [...(resume === undefined ? [] : ['-r', resume]), ...(pause === undefined ? [] : ['-p', pause])];
      const { argv, options: where } = await command({ subcommand: 'build', manifest, options });
      await newSecond(logs);
      const before = new Set(await transport.list(logs));
      const started = await transport.startDetached(argv, where);
      const ending = new AbortController();
      let said: string | undefined;
      started.ended.then(
        (end) => {
          said = end.said.trim() || `The build ended with ${end.code ?? 'a signal'} before it began.`;
          ending.abort();
        },
        () => ending.abort(), // the connection was lost, and looking says so
      );
      const newRun = async (): Promise<string | undefined> =>
        (await transport.list(logs)).filter((name) => !before.has(name)).flatMap((name) => runOfLog(name) ?? [])[0];
      for await (const _ of transport.changes(logs, ending.signal)) {
        const run = await newRun();
        if (run !== undefined) return { run, ended: started.ended };
      }
      const run = await newRun();
      if (run !== undefined) return { run, ended: started.ended };
      throw new AppError('refused', said ?? 'The build has not begun.');
    },
  };
}

const cannot = (subcommand: string): AppError =>
  new AppError(
    'unsupported',
    `This host has only the original distro_const, which has no ${subcommand}.`,
    'A host with Node 18 or newer can do it: choose Slipway’s engine for it in the host book.',
  );

const unknownLogs = (logs: string): AppError => new AppError('missing', `Nobody knows whose logs are in ${logs}.`);
