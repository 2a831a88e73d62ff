import { mkdirSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import { exec, type ExecOptions, type ExecResult } from '../system/exec';
import { exists } from '../system/files';
import { hasSubvolumes } from '../system/mounts';
import { isProcessRunning, processesUsing, processesWithVariable } from '../system/process-table';
import { refuseMountsIn, refuseMountsOf } from './guard';

/** Marks the tools that work on a store, so that the next engine finds them. */
const MARK = 'SLIPWAY_SNAPSHOT_STORE';
const ORPHAN_TIMEOUT_MS = 10_000;

/** Runs a tool that changes the build data or the store. */
export type RunStoreTool = (argv: readonly [string, ...string[]], options?: ExecOptions) => Promise<ExecResult>;

/** The runner for the tools of one store. */
export function storeTool(folder: string): RunStoreTool {
  return (argv, options) => exec(argv, { ...options, env: { ...process.env, LC_ALL: 'C', [MARK]: identity(folder) } });
}

/**
 * The identity of the folder, not its path: in a container the same path may be another store, whose tools must not be
 * ended.
 */
function identity(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

/**
 * Ends the tools of a killed engine. They run in sessions of their own and outlive it: an `rsync` that still restores
 * the build data would write to it while the next step runs. The caller repeats or removes their work.
 */
export async function endOrphanedTools(folder: string): Promise<void> {
  const orphans = new Set<number>();
  for (const until = Date.now() + ORPHAN_TIMEOUT_MS; ; await delay(5)) {
    // This is repeated, because a tool may start another one before it ends, and an ending process closes its files
    // after its environment is gone.
    for (const pid of processesWithVariable(MARK, identity(folder))) orphans.add(pid);
    const running = [...orphans].filter(isProcessRunning);
    if (running.length === 0) return;
    if (Date.now() > until)
      throw new AppError(
        'snapshot',
        `A tool of an engine that has ended still works on ${folder}: ${running.join(', ')}.`,
      );
    for (const pid of running) kill(pid);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}

/**
 * Refuses while processes work in the build data: their files would change during use, or their changes would be lost.
 */
export function refuseUse(action: string, buildData: string): void {
  const users = processesUsing(buildData);
  if (users.length > 0)
    throw new AppError(
      'snapshot',
      `${action} is not possible: ${buildData} is in use by ${users.join(', ')}. Nothing was changed.`,
      'Leave that directory or end that process, and try again.',
    );
}

/**
 * Removes a tree with any names and modes; for a symbolic link only the link. Refuses when there is a mount in the
 * tree, and stays on its file system.
 */
export async function removeTree(path: string, tool: RunStoreTool): Promise<void> {
  if (!exists(path)) return;
  await refuseMountsIn(`Removing ${path}`, [path]);
  await makeFoldersWritable(path, tool);
  const { stderr } = await tool(removal(path), { okExitCodes: [0, 1] });
  if (!exists(path)) return;
  // Subvolumes, which ordinary users can create on btrfs, count as other file systems. The check above has excluded
  // mounts.
  for (const subvolume of await foldersOfOtherDevices(path, tool)) await removeTree(subvolume, tool);
  await tool(removal(path), { okExitCodes: [0, 1] });
  if (exists(path)) throw new AppError('snapshot', `${path} could not be removed: ${stderr.trim()}`);
}

/**
 * Removes the subvolumes that steps have made in a tree, because they are part of it and a rollback of folders does not
 * reach them. Only file systems with subvolumes need a search. Refuses, with nothing changed, when one is mounted elsewhere.
 */
export async function removeSubvolumes(action: string, tree: string, tool: RunStoreTool): Promise<void> {
  if (!hasSubvolumes(tree)) return;
  const found = await foldersOfOtherDevices(tree, tool);
  if (found.length === 0) return;
  await refuseMountsOf(action, found);
  await makeFoldersWritable(tree, tool);
  for (const subvolume of found) await removeTree(subvolume, tool);
}

/** illumos' find has no -delete. */
function removal(path: string): [string, ...string[]] {
  return process.platform === 'sunos' ? ['rm', '-rf', '--', path] : ['find', path, '-xdev', '-depth', '-delete'];
}

async function foldersOfOtherDevices(path: string, tool: RunStoreTool): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const { stdout } = await tool(['find', path, '-xdev', '-type', 'd', '-printf', '%D %p\\0']);
  const [root = '', ...rest] = stdout.split('\0').filter(Boolean);
  const device = (line: string): string => line.slice(0, line.indexOf(' '));
  return rest.filter((line) => device(line) !== device(root)).map((line) => line.slice(line.indexOf(' ') + 1));
}

/** An ordinary user can neither fill nor empty a folder without write permission, not even an own one. */
export async function makeFoldersWritable(path: string, tool: RunStoreTool): Promise<void> {
  if (process.getuid?.() === 0) return;
  await tool(['find', path, '-xdev', '-type', 'd', '!', '-perm', '-u+rwx', '-exec', 'chmod', 'u+rwx', '{}', ';']);
}
