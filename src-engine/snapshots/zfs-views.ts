import { mkdtempSync, realpathSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import type { ExecResult } from '../system/exec';
import { MountTable } from '../system/mount-table';
import { parseJson } from '../system/json-file';
import { isAlive, ownIdentity, processIdentity } from '../system/processes';
import type { SnapshotView } from './backend';
import { folderView } from './folder-tree';

type Zfs = (argv: readonly string[]) => Promise<ExecResult>;

/**
 * Clones that show a snapshot's content, where the file system has no `.zfs` folder, and the snapshots that are taken only
 * for such a clone.
 */
const VIEW = '.slipway-view-';
/** A user property of each of them: the process that made it. */
const OWNER = 'slipway:owner';
const MAX_ATTEMPTS = 3;

/** The views of a build area's snapshots that are clones. A view keeps its snapshot from being destroyed while it is open. */
export interface ZfsViews {
  open(snapshot: string): Promise<SnapshotView>;
  /** Opens a view of what an unmounted dataset contains at present. */
  openPresent(dataset: string): Promise<SnapshotView>;
  /** Whether there is a view, of a running process or of one that has ended. */
  areMounted(table: MountTable): boolean;
  /** Whether a dataset is a view. */
  isView(dataset: string): boolean;
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
      const isMounted = code === 0 && (await MountTable.read()).at(path)[0]?.source === clone;
      if (isMounted) return folderView(path, () => destroy(clone, path));
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

    isView: (dataset) => dataset.startsWith(`${area}/${VIEW}`),

    areMounted: (table) => table.mounts.some(({ source }) => source.startsWith(`${area}/${VIEW}`)),

    async removeDead() {
      const argv = ['list', '-H', '-t', 'filesystem,snapshot', '-o', `name,mountpoint,${OWNER}`, '-r', area];
      const { code, stdout } = await zfs(argv);
      if (code !== 0) return;
      for (const line of stdout.split('\n')) {
        const [name = '', path = '', owner = ''] = line.split('\t');
        if (!hasEnded(owner)) continue;
        if (name.startsWith(`${area}/${VIEW}`)) await destroy(name, path);
        else if (isOfView(name)) await zfsWithRetry(['destroy', '-d', name]);
      }
    },
  };
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
