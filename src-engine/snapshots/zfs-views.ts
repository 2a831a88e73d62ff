import { setTimeout as delay } from 'node:timers/promises';
import { mkdtempSync, realpathSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import type { ExecResult } from '../system/exec';
import { MountTable, type Mount } from '../system/mount-table';
import { parseJson } from '../system/json-file';
import { isAlive, ownIdentity, processIdentity } from '../system/processes';
import type { SnapshotView } from './backend';
import { folderView } from './folder-tree';
import type { ZfsProperties } from './zfs-properties';
import { expectSuccess } from './zfs-runner';

type Zfs = (argv: readonly string[]) => Promise<ExecResult>;

/**
 * Clones that show a snapshot's content, where the file system has no `.zfs` folder, and the snapshots that are taken only
 * for such a clone.
 */
const VIEW = '.slipway-view-';
/** A user property of each of them: the process that made it. */
const OWNER = 'slipway:owner';
const MAX_ATTEMPTS = 3;

/** How long to wait for a command that reads a checkpoint. A shell in one lasts longer. */
export const VIEW_TIMEOUT_MS = 10_000;
export const VIEW_POLL_MS = 50;
/** What to do when it takes longer. */
export const END_READER =
  'End the "distro_const" command that reads this checkpoint (shell, extract), or wait for it, and try again.';

/** The views of a build area's snapshots that are clones. A view keeps its snapshot from being destroyed while it is open. */
export interface ZfsViews {
  open(snapshot: string): Promise<SnapshotView>;
  /** Opens a view of what an unmounted dataset contains at present. */
  openPresent(dataset: string): Promise<SnapshotView>;
  /** Whether there is a view, of a running process or of one that has ended. */
  areMounted(table: MountTable): boolean;
  /** Whether a dataset is a view. */
  isView(dataset: string): boolean;
  /**
   * Waits until no view is open, and refuses after that. `zfs rename` unmounts the clones of a dataset's snapshots, and
   * the clones of those, and mounts them again. A command that reads one would find an empty folder in between.
   *
   * @param datasets the datasets of the build area, when the caller has just read them
   */
  untilClosed(action: string, datasets: ZfsProperties): Promise<void>;
  /** Destroys the views whose processes have ended without closing them. */
  removeDead(): Promise<void>;
}

/** Whether a snapshot was taken for a view only. */
export const isOfView = (snapshot: string): boolean => snapshot.includes(`@${VIEW}`);

/**
 * Opens the views of a build area.
 *
 * @param zfsWithRetry as `zfs`, but repeats while the file system is busy with an unmount
 */
export function createZfsViews(area: string, zfs: Zfs, zfsWithRetry: Zfs): ZfsViews {
  const isView = (dataset: string): boolean => dataset.startsWith(`${area}/${VIEW}`);

  async function destroy(clone: string, path: string): Promise<void> {
    const { code, stderr } = await zfsWithRetry(['destroy', clone]);
    if (code !== 0 && !/does not exist/.test(stderr))
      throw new AppError(
        'snapshot',
        `The view ${clone} cannot be closed: ${stderr.trim()}`,
        `Leave ${path} and try again; the next rollback removes it.`,
      );
    removeFolder(path);
  }

  async function open(snapshot: string): Promise<SnapshotView> {
    const path = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-view-')));
    const clone = `${area}/${VIEW}${process.pid}-${path.slice(-6)}`;
    // Not `readonly=on`: with it zfs-fuse answers the first query for the attributes of a file without any with
    // ENOSYS, after which the kernel reports no attributes for any file of the view.
    const options = [`mountpoint=${path}`, owner()];
    const argv = ['clone', ...options.flatMap((option) => ['-o', option]), snapshot, clone];
    for (let attempt = 1; ; attempt++) {
      const { code, stderr } = await zfs(argv);
      const mount = code === 0 ? await mountOf(clone, path) : undefined;
      if (mount) return folderView(path, () => close(snapshot, clone, path, mount));
      // zfs-fuse sometimes fails to mount while it rolls back another dataset. The clone exists all the same. A view
      // without its mount is an empty folder.
      const isMade = code === 0 || /cannot mount/.test(stderr);
      if (isMade) await zfsWithRetry(['destroy', clone]);
      if (isMade && attempt < MAX_ATTEMPTS) continue;
      removeFolder(path);
      const reason = stderr.trim() || `${clone} was not mounted at ${path}`;
      throw new AppError('snapshot', `No view of ${snapshot} could be opened: ${reason}`);
    }
  }

  /** Closes a view. Throws when it was not mounted all the time, because what was read from it may be incomplete. */
  async function close(snapshot: string, clone: string, path: string, mount: Mount): Promise<void> {
    const now = await mountOf(clone, path);
    const isSame = now !== undefined && now.node?.id === mount.node?.id;
    await destroy(clone, path);
    if (isSame) return;
    throw new AppError(
      'snapshot',
      `${snapshot} was renamed while it was read, so its files are not all known.`,
      'Try again.',
    );
  }

  async function removeDead(): Promise<void> {
    const argv = ['list', '-H', '-t', 'filesystem,snapshot', '-o', `name,mountpoint,${OWNER}`, '-r', area];
    const { code, stdout } = await zfs(argv);
    if (code !== 0) return;
    for (const line of stdout.split('\n')) {
      const [name = '', path = '', owner = ''] = line.split('\t');
      if (!hasEnded(owner)) continue;
      if (isView(name)) await destroy(name, path);
      else if (isOfView(name)) await zfsWithRetry(['destroy', '-d', name]);
    }
  }

  return {
    open,

    async openPresent(dataset) {
      const snapshot = `${dataset}@${VIEW}${process.pid}-${Date.now()}`;
      const { code, stderr } = await zfsWithRetry(['snapshot', '-o', owner(), snapshot]);
      if (code !== 0) throw new AppError('snapshot', `No view of ${dataset} could be opened: ${stderr.trim()}`);
      try {
        return await open(snapshot);
      } finally {
        // It goes with its clone, also when the dataset has another name by then.
        await zfsWithRetry(['destroy', '-d', snapshot]);
      }
    },

    isView,

    areMounted: (table) => table.mounts.some(({ source }) => source.startsWith(`${area}/${VIEW}`)),

    async untilClosed(action, datasets) {
      let views = [...datasets.keys()].filter(isView);
      for (const until = Date.now() + VIEW_TIMEOUT_MS; views.length > 0; await delay(VIEW_POLL_MS)) {
        await removeDead();
        const { stdout } = await expectSuccess(zfs(['list', '-H', '-t', 'filesystem', '-o', 'name', '-r', area]));
        views = stdout.split('\n').filter(isView);
        // A view of this process would not be closed meanwhile.
        const isOwn = views.some((name) => name.startsWith(`${area}/${VIEW}${process.pid}-`));
        // A busy file system may need longer to remove the views of ended processes.
        if (views.length === 0 || (!isOwn && Date.now() < until)) continue;
        throw new AppError(
          'snapshot',
          `${action} is not possible while a checkpoint is read. Nothing was changed.`,
          END_READER,
        );
      }
    },

    removeDead,
  };
}

/** The mount of a view, when it is the visible one at its path. */
async function mountOf(clone: string, path: string): Promise<Mount | undefined> {
  const top = (await MountTable.read()).at(path)[0];
  return top?.source === clone ? top : undefined;
}

const owner = (): string => `${OWNER}=${JSON.stringify(ownIdentity())}`;

/** An owner that cannot be parsed is not known to be ours. */
function hasEnded(owner: string): boolean {
  const identity = parseJson(owner, processIdentity);
  return identity !== undefined && isAlive(identity) === false;
}

function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // An empty folder in the temporary directory is left to its cleaner.
  }
}
