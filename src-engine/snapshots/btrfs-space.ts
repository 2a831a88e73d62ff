import { statfsSync } from 'node:fs';
import type { RunStoreTool } from './store-tools';

const LOW_BYTES = 256 * 1024 * 1024;
const LOW_SHARE = 0.05;
const TIMEOUT_S = 30;

/**
 * Waits until the space of deleted subvolumes is free. btrfs frees it in the background, up to 30 s later, and refuses writes
 * meanwhile. Costs nothing while enough other space is free, and gives up after 30 s.
 */
export async function waitForFreedSpace(folder: string, tool: RunStoreTool): Promise<void> {
  const { bavail, bsize, blocks } = statfsSync(folder);
  if (bavail * bsize >= LOW_BYTES && bavail >= blocks * LOW_SHARE) return;
  // The sync wakes the cleaner, which otherwise waits for the next regular commit. Where a command fails or takes too
  // long, the next write finds out whether there is space.
  await tool(['btrfs', 'filesystem', 'sync', folder]).catch(() => undefined);
  await tool(['timeout', `${TIMEOUT_S}`, 'btrfs', 'subvolume', 'sync', folder]).catch(() => undefined);
}
