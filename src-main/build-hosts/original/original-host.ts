import { basename, dirname, join } from 'node:path/posix';
import { AppError } from '../../../src-shared/errors';
import { APP_CLIENT } from '../../../src-shared/journal/records';
import type { BuildChoice } from '../../../src-shared/rpc/builds';
import type { Argv } from '../../transport/transport';
import type { BuildHost, HostCommand } from '../build-host';
import { choiceOptions } from '../engine/engine-host';
import { findArea, readDocument } from './area';
import { cancelBuild } from './cancel';
import { diffOf } from './diff';
import { doctorOf } from './doctor';
import { freshnessBy } from './freshness';
import { OriginalJournals, runOfLog, type JournalContext } from './journals';
import { catCommand, listFiles } from './list-files';
import { inspectArea, runsOf, type Inspection, type OriginalHostParts } from './inspect';
import { BuildMarker } from './marker';
import { checksumOf, mediaOf } from './media';
import { assertReadable, planOf } from './plan';
import { RunNotes } from './run-notes';
import { RunOrder } from './run-order';
import { startStockBuild } from './start';
import { StateFiles } from './state-files';
import { validateOn } from './validate';
import { checkpointsOf, NO_LINES, NO_PAUSE_WHILE_RUNNING, NO_PRUNE, snapshotOf, statusOf } from './status';

const SHELL = 'cd "$1" && exec "${SHELL:-/bin/sh}"';

/**
 * A host with the original `distro_const`: nothing is installed there, and only that command, `zfs` and POSIX tools are used. What the
 * original does not have is reported as unknown.
 */
export function createOriginalHost(parts: OriginalHostParts & { whenReachable(): Promise<void> }): BuildHost {
  const { transport, command: commandPath, place, whenReachable } = parts;
  const contexts = new Map<string, Promise<JournalContext>>();
  /** Folders of logs in which a build is being started, which has no note yet. */
  const starting = new Set<string>();
  const caches = { stateFiles: new StateFiles(transport), notes: new RunNotes(transport), order: new RunOrder() };
  const contextOf = (logs: string): Promise<JournalContext> => contexts.get(logs) ?? Promise.reject(unknownLogs(logs));
  const journals = new OriginalJournals(transport, contextOf, caches.order);

  /** Inspects the area, and records which manifest has logs in which folder. */
  async function inspect(manifest: string): Promise<Inspection> {
    const seen = await inspectArea(transport, caches, manifest);
    remember(manifest, seen.area.path, seen.manifest.steps);
    return seen;
  }

  function remember(manifest: string, area: string, steps: JournalContext['steps']): void {
    const context = hostName().then((host) => ({ manifest, steps, host }));
    context.catch(() => undefined); // its callers receive the error
    contexts.set(join(area, 'logs'), context);
  }

  let name: Promise<string> | undefined;
  function hostName(): Promise<string> {
    name ??= transport.run(['uname', '-n']).then(({ stdout }) => stdout.toString('utf8').trim());
    name.catch(() => (name = undefined));
    return name;
  }

  /** The program that started the build that runs. */
  function clientOf({ area, notes, logs }: Inspection): string {
    const run = runOfLog(basename(logs.at(-1) ?? ''));
    return notes.has(run ?? '') || starting.has(join(area.path, 'logs')) ? APP_CLIENT : 'distro_const';
  }

  /** The run before one that has just begun; `undefined` when that cannot be read. */
  async function runBefore(manifest: string, run: string): Promise<string | undefined> {
    try {
      const { logs } = await inspect(manifest);
      return logs
        .flatMap((log) => runOfLog(basename(log)) ?? [])
        .filter((one) => one !== run)
        .at(-1);
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  /** Returns the folder in which ZFS shows the files of a checkpoint. */
  async function rootOf(manifest: string, step: string): Promise<string> {
    const seen = await inspect(manifest);
    return join(seen.area.path, 'build_data/.zfs/snapshot', snapshotOf(seen, step).name);
  }

  async function buildCommand(manifest: string, choice: BuildChoice): Promise<HostCommand> {
    const placed = await place(manifest);
    const argv: Argv = [await commandPath(), 'build', ...choiceOptions(choice), placed];
    return { argv, options: { folder: dirname(placed) } };
  }

  return {
    transport,
    whenReachable,
    journals,
    async status(manifest, since) {
      const seen = await inspect(manifest);
      const runs = await runsOf(journals, seen);
      const freshness = freshnessBy(seen, runs, await parts.hashes(manifest));
      return statusOf(seen, runs, since, { host: await hostName(), client: clientOf(seen) }, freshness);
    },
    async editedStatus(manifest, source) {
      const runs = await runsOf(journals, await inspect(manifest));
      const seen = await inspectArea(transport, caches, manifest, source);
      const freshness = freshnessBy(seen, runs, await parts.hashes(manifest));
      return statusOf(seen, [], undefined, { host: await hostName(), client: clientOf(seen) }, freshness);
    },
    checkpoints: async (manifest) => checkpointsOf(await inspect(manifest)),
    async plan(manifest, { resume, pause }, _, source) {
      const saved = await inspect(manifest);
      const seen = source === undefined ? saved : await inspectArea(transport, caches, manifest, source);
      const runs = await runsOf(journals, saved);
      return planOf(seen, runs, { resume, pause }, freshnessBy(seen, runs, await parts.hashes(manifest)));
    },
    prune: () => Promise.reject(new AppError('unsupported', NO_PRUNE)),
    pause: () => Promise.reject(new AppError('unsupported', NO_PAUSE_WHILE_RUNNING)),
    async cancel(manifest) {
      let seen = await inspect(manifest);
      // fuser(1) can miss a build on a busy host.
      if (!seen.process) seen = await inspect(manifest);
      const live = (await runsOf(journals, seen)).at(-1);
      const step = live?.state === 'running' ? (live.steps.at(-1)?.step ?? null) : null;
      return cancelBuild(
        transport,
        seen,
        () => inspect(manifest),
        step,
        async (log) => {
          const run = runOfLog(basename(log));
          if (run === undefined) return;
          const note = seen.notes.get(run) ?? { files: {} };
          await caches.notes.write(dirname(log), run, { ...note, isCancelled: true });
        },
      );
    },
    diff: async (manifest, from, to, signal) => diffOf(transport, await inspect(manifest), from, to, signal),
    listFiles: async (manifest, step, path, signal) => ({
      step,
      path,
      entries: await listFiles(transport, await rootOf(manifest, step), path, signal),
    }),
    fileCommand: async (manifest, step, path, maxBytes) => ({
      argv: catCommand(await rootOf(manifest, step), path, maxBytes === undefined ? '' : `${maxBytes}`),
      options: {},
    }),
    shellCommand: async (manifest, step) => ({
      argv: ['sh', '-c', SHELL, 'sh', await rootOf(manifest, step)],
      options: {},
    }),
    media: async (manifest, signal) => mediaOf(transport, await inspect(manifest), signal),
    checksum: async (manifest, name, signal) => checksumOf(transport, await inspect(manifest), name, signal),
    // eslint-disable-next-line require-yield -- the original boots nothing
    async *bootTest() {
      throw cannot('boot-test');
    },
    disks: () => Promise.reject(cannot('disks')),
    // eslint-disable-next-line require-yield -- the original writes no disks
    async *writeDisk() {
      throw cannot('write');
    },
    supportBundle: () => Promise.reject(cannot('support')),
    validate: (manifest, source, signal) => validateOn(parts, manifest, source, signal),
    doctor: (manifest, _, source) => doctorOf(parts, manifest, source),
    rights: () => Promise.reject(cannot('doctor --rights')),
    packages: {
      catalogue: () => Promise.reject(cannot('catalogue')),
      show: () => Promise.reject(cannot('show')),
      resolve: () => Promise.reject(cannot('resolve')),
      files: () => Promise.reject(cannot('installed')),
      installed: () => Promise.reject(cannot('installed')),
    },
    lines: {
      list: () => Promise.reject(noLines()),
      switchTo: () => Promise.reject(noLines()),
      change: () => Promise.reject(noLines()),
      prune: () => Promise.reject(noLines()),
    },
    async start(manifest, logs, choice) {
      if (choice.fork || choice.line !== undefined) throw noLines();
      assertReadable(manifest);
      const document = await readDocument(manifest);
      const area = await findArea(transport, document.manifest);
      remember(manifest, area.path, document.manifest.steps);
      const files = Object.fromEntries(await parts.hashes(manifest));
      const command = await buildCommand(manifest, choice);
      starting.add(logs);
      try {
        const started = await startStockBuild(transport, command, logs, new BuildMarker(transport, area.path));
        const after = await runBefore(manifest, started.run);
        await caches.notes.write(logs, started.run, {
          files,
          ...(choice.pause !== undefined && { pause: choice.pause }),
          ...(after !== undefined && { after }),
        });
        return started;
      } finally {
        starting.delete(logs);
      }
    },
  };
}

const cannot = (subcommand: string): AppError =>
  new AppError(
    'unsupported',
    `This host has only the original distro_const, which has no command ${subcommand}.`,
    'A host with Node 18 or newer can do it: choose Slipway’s engine for it in Edit host.',
  );

const noLines = (): AppError => new AppError('unsupported', NO_LINES);

const unknownLogs = (logs: string): AppError => new AppError('missing', `Unknown log folder: ${logs}.`);
