import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exec } from '../system/exec';
import { isBtrfs } from '../system/mounts';
import type { SnapshotBackend } from './backend';

/** The properties of a build area that determine its snapshot backend. */
export interface AreaForSnapshots {
  readonly kind: 'zfs' | 'directory';
  readonly dataset?: string;
  readonly mountpoint: string;
  readonly buildData: string;
  readonly stateFolder: string;
}

/** The backend of a build area, and a sentence with the reason for the choice. */
export interface BackendChoice {
  readonly backend: SnapshotBackend;
  readonly reason: string;
}

/** Opens the backend of a build area. Nothing is created. */
export async function openBackend(area: AreaForSnapshots): Promise<SnapshotBackend> {
  return (await describeBackend(area)).backend;
}

/** As `openBackend`, with the reason. */
export async function describeBackend(area: AreaForSnapshots): Promise<BackendChoice> {
  if (area.kind === 'zfs' && area.dataset !== undefined) {
    const { createZfsBackend } = await import('./zfs');
    return {
      backend: createZfsBackend({ dataset: `${area.dataset}/build_data`, mountpoint: area.buildData }),
      reason: 'ZFS snapshots, because the build area is a ZFS dataset',
    };
  }
  const places = { buildData: area.buildData, store: join(area.stateFolder, 'snapshots') };
  // Each backend is loaded when it is chosen.
  const plain = async (why: string): Promise<BackendChoice> => {
    const { createPlainBackend } = await import('./plain');
    return { backend: createPlainBackend(places), reason: `copies, because ${why}` };
  };
  if (!willBeOnBtrfs(area.mountpoint))
    return plain(
      'the build area is a plain directory: no ZFS dataset is mounted exactly there, and it is not on btrfs',
    );
  if (process.getuid?.() !== 0) return plain('only root may delete btrfs subvolumes');
  const { createBtrfsBackend, isSubvolume } = await import('./btrfs');
  // An area that was built as a plain directory, for example by an ordinary user, stays one.
  if (existsSync(places.store) && existsSync(area.buildData) && !isSubvolume(area.buildData))
    return plain('the build data is not a btrfs subvolume');
  const hasTool = await exec(['btrfs', '--version']).then(
    () => true,
    () => false,
  );
  if (!hasTool) return plain('the btrfs command is not installed');
  return { backend: createBtrfsBackend(places), reason: 'btrfs snapshots, because the build area is on btrfs' };
}

/** Checks the file system of the path, or of the nearest existing ancestor. */
function willBeOnBtrfs(path: string): boolean {
  if (existsSync(path)) return isBtrfs(path);
  return dirname(path) !== path && willBeOnBtrfs(dirname(path));
}
