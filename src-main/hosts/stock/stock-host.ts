import { dirname, join } from 'node:path/posix';
import { AppError } from '../../../src-shared/errors';
import type { BuildHost, EngineCall, HostCommand } from '../build-host';
import { findArea, readDocument } from './area';
import { cancelBuild } from './cancel';
import { diffOf } from './diff';
import { doctorOf } from './doctor';
import { StockJournals, type JournalContext } from './journals';
import { catCommand, listFiles } from './list-files';
import { lookAt, Resumable, runsOf, type Look, type StockTools } from './look';
import { checksumOf, mediaOf } from './media';
import { planOf } from './plan';
import { startStockBuild } from './start';
import { checkpointsOf, NO_PAUSE_WHILE_RUNNING, NO_PRUNE, snapshotOf, statusOf } from './status';

const SHELL = 'cd "$1" && exec "${SHELL:-/bin/sh}"';

/**
 * A host with the original `distro_const`: nothing is installed there, and only that command, `zfs` and POSIX tools are used. What the
 * original does not know is told as unknown.
 */
export function createStockHost(parts: StockTools & { reachable(): Promise<void> }): BuildHost {
  const { transport, command: commandPath, place, reachable } = parts;
  const contexts = new Map<string, Promise<JournalContext>>();
  const journals = new StockJournals(transport, (logs) => contexts.get(logs) ?? Promise.reject(unknownLogs(logs)));
  const resumable = new Resumable(parts);

  /** Looks, and remembers whose logs are where. */
  async function look(manifest: string): Promise<Look> {
    const seen = await lookAt(transport, resumable, manifest);
    remember(manifest, seen.area.path, seen.manifest.steps);
    return seen;
  }

  function remember(manifest: string, area: string, steps: JournalContext['steps']): void {
    const context = hostName().then((host) => ({ manifest, steps, host }));
    context.catch(() => undefined); // whoever asks for it is told
    contexts.set(join(area, 'logs'), context);
  }

  let name: Promise<string> | undefined;
  function hostName(): Promise<string> {
    name ??= transport.run(['uname', '-n']).then(({ stdout }) => stdout.toString('utf8').trim());
    name.catch(() => (name = undefined));
    return name;
  }

  async function answer({ subcommand, manifest, options = [], operands = [] }: EngineCall, signal?: AbortSignal) {
    const after = (option: string): string | undefined =>
      options.includes(option) ? options[options.indexOf(option) + 1] : undefined;
    const [first = '', second] = operands;
    switch (subcommand) {
      case 'status': {
        const seen = await look(manifest);
        return statusOf(seen, await runsOf(journals, seen), after('--since'), await hostName());
      }
      case 'checkpoints':
        return checkpointsOf(await look(manifest));
      case 'plan': {
        const seen = await look(manifest);
        return planOf(seen, await runsOf(journals, seen), { resume: after('-r'), pause: after('-p') });
      }
      case 'cancel': {
        const live = (await runsOf(journals, await look(manifest))).at(-1);
        const step = live?.state === 'running' ? (live.steps.at(-1)?.step ?? null) : null;
        return cancelBuild(transport, () => look(manifest), step);
      }
      case 'diff':
        return diffOf(transport, await look(manifest), first, second, signal);
      case 'ls':
        return { entries: await listFiles(transport, await rootOf(manifest, first), second ?? '/', signal) };
      case 'media': {
        const seen = await look(manifest);
        const wanted = options.find((option) => option.startsWith('--checksum='))?.slice('--checksum='.length);
        return wanted === undefined ? mediaOf(transport, seen, signal) : checksumOf(transport, seen, wanted, signal);
      }
      case 'doctor':
        if (options.includes('--rights')) throw cannot('doctor --rights');
        return doctorOf(parts, manifest);
      case 'pause':
        throw new AppError('unsupported', NO_PAUSE_WHILE_RUNNING);
      case 'prune':
        throw new AppError('unsupported', NO_PRUNE);
      default:
        throw cannot(subcommand);
    }
  }

  /** Where a checkpoint's files are: in the folder that ZFS shows of each snapshot. */
  async function rootOf(manifest: string, step: string): Promise<string> {
    const seen = await look(manifest);
    return join(seen.area.path, 'build_data/.zfs/snapshot', snapshotOf(seen, step).name);
  }

  async function command({ subcommand, manifest, options = [], operands = [] }: EngineCall): Promise<HostCommand> {
    const [step = '', path = '/'] = operands;
    switch (subcommand) {
      case 'build': {
        const placed = await place(manifest);
        return { argv: [await commandPath(), 'build', ...options, placed], options: { folder: dirname(placed) } };
      }
      case 'cat': {
        const limit = options.includes('--bytes') ? (options[options.indexOf('--bytes') + 1] ?? '') : '';
        return { argv: catCommand(await rootOf(manifest, step), path, limit), options: {} };
      }
      case 'shell':
        return { argv: ['sh', '-c', SHELL, 'sh', await rootOf(manifest, step)], options: {} };
      default:
        throw cannot(subcommand);
    }
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
      return startStockBuild(transport, await command({ subcommand: 'build', manifest, options }), logs);
    },
  };
}

const cannot = (subcommand: string): AppError =>
  new AppError(
    'unsupported',
    `This host has only the original distro_const, which has no command ${subcommand}.`,
    'A host with Node 18 or newer can do it: choose Slipway’s engine for it in the host book.',
  );

const unknownLogs = (logs: string): AppError => new AppError('missing', `Nobody knows whose logs are in ${logs}.`);
