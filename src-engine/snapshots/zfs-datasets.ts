import { AppError } from '../../src-shared/errors';
import { exec } from '../system/exec';
import { isOnType } from '../system/file-system-type';
import { MountTable, type Mount } from '../system/mount-table';
import { zfsCommand } from '../system/zfs-command';
import { quoteArgument } from '../../src-shared/shell-quote';

const invalid = (message: string, hint?: string): AppError => new AppError('area', message, hint);

const isZfsMount = ({ type }: Mount): boolean => /^(fuse\.)?zfs$/.test(type);

/** The mountpoint of a dataset; `undefined` when the dataset does not exist. For a mounted one `zfs` is not called. */
export async function mountpointOf(dataset: string): Promise<string | undefined> {
  const [mount, ...others] = (await MountTable.read()).mounts.filter(
    (mount) => mount.source === dataset && isZfsMount(mount),
  );
  if (mount?.node?.root === '/' && others.length === 0) return Buffer.from(mount.path, 'latin1').toString();
  const argv = [zfsCommand() ?? 'zfs', 'list', '-H', '-o', 'mountpoint', dataset] as const;
  const { code, stdout, stderr } = await exec(argv, { okExitCodes: [0, 1, 2], errorCode: 'area' });
  if (code === 0) return stdout.trim();
  if (isAbsence(stderr)) return undefined;
  throw noAnswer(`whether the dataset ${dataset} exists`, stderr);
}

/** Whether a failed `zfs list` means that there is no such dataset. Anything else is a ZFS that does not answer. */
const isAbsence = (stderr: string): boolean => /does not exist|no such pool/i.test(stderr);

const noAnswer = (question: string, stderr: string): AppError =>
  invalid(
    `ZFS does not answer ${question}: ${stderr.trim().replace(/\.?\s*\n/g, '. ') || 'zfs list failed without a message'}`,
    'Check ZFS with zpool status, or give the build area another place.',
  );

/**
 * Whether a path can be on ZFS. ZFS is asked only about such paths, because a hung ZFS must not block builds in plain
 * directories.
 */
export function mayBeZfs(path: string): boolean {
  return process.platform !== 'linux' || isOnType(path, 'zfs', 'fuse');
}

/**
 * The dataset mounted exactly at a path, or `undefined`. Throws `AppError('area')` when one is mounted there and ZFS does not answer: the
 * path is no plain directory.
 *
 * @param zfs the command
 */
export async function datasetMountedAt(path: string, zfs = zfsCommand() ?? 'zfs'): Promise<string | undefined> {
  const argv = [zfs, 'list', '-H', '-t', 'filesystem', '-o', 'name,mountpoint'] as const;
  const { code, stdout, stderr } = await exec(argv, { okExitCodes: [0, 1, 2], errorCode: 'area' });
  if (code !== 0) {
    const [mount] = (await MountTable.read()).at(path);
    if (mount && isZfsMount(mount)) throw noAnswer(`which dataset is mounted at ${path}`, stderr);
    return undefined; // ZFS is installed but not running, so the path is a plain directory.
  }
  for (const line of stdout.split('\n')) {
    const [name, mountpoint] = line.split('\t');
    if (name && mountpoint === path) return name;
  }
  return undefined;
}

/** Returns a dataset's mountpoint when it is a path; throws `AppError('area')` for `legacy` and `none`. */
export function checkedMountpoint(dataset: string, mountpoint: string): string {
  if (mountpoint.startsWith('/')) return mountpoint;
  throw invalid(
    `The dataset ${dataset} has the mountpoint "${mountpoint}", so it has no path to build in.`,
    `Give it one: zfs set mountpoint=/some/path ${quoteArgument(dataset)}`,
  );
}

/**
 * Refuses names that ZFS would not accept, before they are part of an argv (contract 9, 28), and a bare pool, on which
 * the original crashes (9, 50): a build never means to roll back or destroy the children of a pool's root.
 */
export function assertDatasetName(name: string): void {
  if (!name.includes('/'))
    throw invalid(
      `The build area ${name} is a pool, not a dataset in a pool.`,
      `Name a dataset in it as build_area, for example ${name}/build.`,
    );
  if (!/^[A-Za-z][A-Za-z0-9_.:-]*(\/[A-Za-z0-9][A-Za-z0-9_.:-]*)+$/.test(name) || name.length > 200)
    throw invalid(
      `The build area ${name} is not a ZFS dataset name.`,
      'Use letters, digits and _ . : - in each part, or a path that begins with a slash.',
    );
}

/** The error of contract 3.1 for a dataset that cannot be created. */
export function cannotCreate(dataset: string): AppError {
  const [pool = '', ...rest] = dataset.split('/');
  return invalid(
    `Unable to create the zfs dataset ${rest.join('/')}. \nYou may want to check that the pool ${pool} exists.`,
  );
}

/** Creates a dataset and its missing ancestors. */
export async function createDataset(dataset: string): Promise<void> {
  await exec([zfsCommand() ?? 'zfs', 'create', '-p', dataset], { errorCode: 'area' }).catch((error: unknown) => {
    throw new AppError('area', cannotCreate(dataset).message, error instanceof Error ? error.message : undefined);
  });
}

/** Creates a child dataset unless it exists. */
export async function createChild(dataset: string, child: string): Promise<void> {
  const name = `${dataset}/${child}`;
  if ((await mountpointOf(name)) === undefined)
    await exec([zfsCommand() ?? 'zfs', 'create', '-p', name], { errorCode: 'area' });
}
