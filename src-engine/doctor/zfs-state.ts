import { quoteCommand } from '../../src-shared/shell-quote';
import { zfsCommand } from '../system/zfs-command';
import { ask } from '../system/exec';
import { findTool } from '../system/executables';

/** What ZFS says of a dataset. */
export interface DatasetState {
  /** The dataset, or the nearest one above it that exists. */
  readonly dataset: string;
  /** Bytes that can still be written, quotas of this dataset and those above considered. */
  readonly available: number;
  /** Bytes; 0: none. */
  readonly quota: number;
  readonly isReadOnly: boolean;
  readonly isMounted: boolean;
}

/** Asks about a dataset, or about the nearest one above that exists. Rejects when ZFS does not answer. */
export async function datasetState(dataset: string): Promise<DatasetState> {
  const names = 'available,quota,readonly,mounted';
  for (let name = dataset; ; name = name.slice(0, name.lastIndexOf('/'))) {
    try {
      // `get`, not `list`: zfs-fuse knows `-p` only there.
      const answer = await ask([zfsCommand() ?? 'zfs', 'get', '-H', '-p', '-o', 'property,value', names, name]);
      const values = new Map(answer.split('\n').map((line) => line.split('\t') as [string, string]));
      return {
        dataset: name,
        available: Number(values.get('available')),
        quota: Number(values.get('quota')),
        isReadOnly: values.get('readonly') === 'on',
        isMounted: values.get('mounted') === 'yes',
      };
    } catch (error) {
      if (!name.includes('/') || !/does not exist/.test(String(error))) throw error;
    }
  }
}

/** What `zpool` says of the pool that a dataset is in: its health, a word, and how full it is, in percent. */
export async function poolState(dataset: string): Promise<{ pool: string; health: string; capacity: number }> {
  const pool = dataset.split('/')[0] ?? dataset;
  // Without `-p`, which zfs-fuse does not know here: the per cent sign is cut off.
  const answer = await ask([findTool('zpool') ?? 'zpool', 'list', '-H', '-o', 'health,capacity', pool]);
  const [health = '', capacity = ''] = answer.trim().split('\t');
  return { pool, health, capacity: parseInt(capacity, 10) };
}

/** The names of all pools. Rejects when ZFS does not answer. */
export async function pools(zfs: string): Promise<string[]> {
  const answer = await ask([zfs, 'list', '-H', '-o', 'name']).catch((error: unknown) => {
    if (/no datasets available/.test(String(error))) return '';
    throw error;
  });
  return answer.split('\n').filter((name) => name !== '' && !name.includes('/'));
}

/** The command for root that changes a dataset's property. */
export function setProperty(dataset: string, property: string): string {
  return quoteCommand(['zfs', 'set', property, dataset]);
}
