import { quoteCommand } from '../../src-shared/shell-quote';
import { zfsCommand } from '../system/zfs-command';
import { ask } from '../system/exec';
import { findTool } from '../system/executables';

/** The state of a dataset. */
export interface DatasetState {
  /** The dataset itself, or the nearest existing one above it. */
  readonly dataset: string;
  /** Writable bytes, within the quotas of this dataset and of those above it. */
  readonly available: number;
  /** In bytes; 0: none. */
  readonly quota: number;
  readonly isReadOnly: boolean;
  readonly isMounted: boolean;
}

/** The state of a dataset, or of the nearest existing one above it. Rejects when ZFS does not answer. */
export async function datasetState(dataset: string): Promise<DatasetState> {
  const names = 'available,quota,readonly,mounted';
  for (let name = dataset; ; name = name.slice(0, name.lastIndexOf('/'))) {
    try {
      // `get`, not `list`, because zfs-fuse supports `-p` only there.
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

/** The health of a dataset's pool, and its used capacity in percent. */
export async function poolState(dataset: string): Promise<{ pool: string; health: string; capacity: number }> {
  const pool = dataset.split('/')[0] ?? dataset;
  // Without `-p`, which zfs-fuse does not support here. So the per cent sign is cut off.
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

/** The command with which root changes a property of a dataset. */
export function setProperty(dataset: string, property: string): string {
  return quoteCommand(['zfs', 'set', property, dataset]);
}
