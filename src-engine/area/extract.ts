import { chmodSync, lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, reasonOf } from '../../src-shared/errors';
import { bytes, plural } from '../../src-shared/format';
import type { SnapshotView } from '../snapshots/backend';
import { makeFoldersWritable, type RunStoreTool } from '../snapshots/store-tools';
import { exec } from '../system/exec';
import { exists } from '../system/files';
import { isAlive, ownIdentity } from '../system/processes';
import { tiedCommand } from '../system/tied-command';
import type { BuildArea } from './area';
import { OpenedTree } from './opened-tree';
import { reportCopy, type CopyReport } from './exact-copy';

const MAX_LINES = 5;

/** A folder that a checkpoint may be extracted into. */
export interface ExtractPlace {
  /** Absolute; does not exist yet, or is empty. */
  readonly folder: string;
  readonly exists: boolean;
}

/**
 * Resolves the destination of an extraction. Throws `refused` when the folder is not empty or lies in a place that
 * builds replace or the engine keeps, `missing` when its parent does not exist.
 */
export function extractPlace(area: BuildArea, operand: string): ExtractPlace {
  const given = resolve(operand);
  if (!exists(dirname(given)))
    throw new AppError('missing', `There is no folder ${dirname(given)}.`, 'Create it first.');
  const folder = exists(given) ? realpathOf(given) : join(realpathSync(dirname(given)), basename(given));
  for (const taken of [area.buildData, area.stateFolder])
    if (isWithin(folder, taken))
      throw new AppError(
        'refused',
        `${folder} is inside ${taken}, which belongs to builds.`,
        'Choose a folder outside of it.',
      );
  if (!exists(folder)) return { folder, exists: false };
  if (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)
    throw new AppError('refused', `${folder} exists and is not an empty folder.`, 'Choose a new folder.');
  return { folder, exists: true };
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // A link that was found before leads nowhere.
    throw new AppError('refused', `${path} is a dangling link.`, 'Choose a new folder.');
  }
}

/** Compares the inodes of the folders above, so that other paths and mounts of the same folder count. */
function isWithin(path: string, folder: string): boolean {
  const inode = inodeOf(folder);
  if (inode === undefined) return false;
  for (let at = path; ; at = dirname(at)) {
    if (inodeOf(at) === inode) return true;
    if (dirname(at) === at) return false;
  }
}

function inodeOf(path: string): string | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}

/** The result of an extraction. */
export interface Extracted extends CopyReport {
  /** The number of extended attributes that were left out because they need root. */
  readonly attributes: number;
}

/**
 * Writes the exact tree of a checkpoint into a folder. After a failure the folder is as it was: a new one gets its name
 * at the end, and the contents of an existing one are removed again.
 *
 * @param confirm throws when the checkpoint has changed meanwhile
 * @returns the counts. An ordinary user's copy lacks devices, owners and attributes that need root; any other
 * difference throws.
 */
export async function extract(
  view: SnapshotView,
  place: ExtractPlace,
  signal: AbortSignal,
  confirm: () => Promise<void>,
): Promise<Extracted> {
  const tool = extractTool(signal);
  await removeAbandoned(place.folder);
  const folder = place.exists ? place.folder : join(dirname(place.folder), workName(place.folder));
  try {
    if (!place.exists) mkdirSync(folder, { mode: 0o700 });
    const attributes = await view.copyInto(folder, tool);
    const copy = new OpenedTree(folder);
    const report = await reportCopy(view.tree, copy, signal);
    refuseInexact(report, place.folder);
    restoreModes(folder, report);
    copy.close();
    await confirm();
    if (!place.exists) renameSync(folder, place.folder);
    return { ...report, attributes };
  } catch (error) {
    await removePartial(folder, place.exists);
    throw signal.aborted ? error : extractError(error, place.folder);
  }
}

/** Runs the copying tools so that they end with this process, however it ends, and when the command is stopped. */
function extractTool(signal?: AbortSignal): RunStoreTool {
  return (argv, options) =>
    exec(tiedCommand(argv), { ...options, env: { ...process.env, LC_ALL: 'C' }, ...(signal && { signal }) });
}

const workName = (folder: string): string => `.${basename(folder)}.extract-${process.pid}-${ownIdentity().startTime}`;

/** Removes the remains of killed extractions into this folder. */
async function removeAbandoned(folder: string): Promise<void> {
  const prefix = `.${basename(folder)}.extract-`;
  for (const name of readdirSync(dirname(folder))) {
    const [pid, startTime] = name.startsWith(prefix) ? name.slice(prefix.length).split('-') : [];
    if (pid === undefined || startTime === undefined || !/^\d+$/.test(pid)) continue;
    if (isAlive({ ...ownIdentity(), pid: Number(pid), startTime }) === false)
      await removePartial(join(dirname(folder), name), false);
  }
}

async function removePartial(folder: string, keep: boolean): Promise<void> {
  if (!exists(folder)) return;
  const tool = extractTool(); // after a stop as well
  await makeFoldersWritable(folder, tool);
  if (process.platform === 'linux' && process.getuid?.() === 0)
    await tool(['chattr', '-R', '-f', '-i', '-a', '--', folder]).catch(() => undefined); // file systems without these flags
  if (!keep) return rm(folder, { recursive: true, force: true });
  const root = Buffer.from(`${folder}/`);
  for (const name of readdirSync(folder, { encoding: 'buffer' }))
    await rm(Buffer.concat([root, name]), { recursive: true, force: true });
}

/** From the leaves up, because a folder may lose the permission that its entries need. */
function restoreModes(folder: string, { modes }: CopyReport): void {
  const root = Buffer.from(`${folder}/`);
  for (const { path, mode } of [...modes].reverse())
    chmodSync(Buffer.concat([root, Buffer.from(path, 'latin1')]), mode);
}

function refuseInexact({ wrong, devices, owners }: CopyReport, folder: string): void {
  const isRoot = process.getuid?.() === 0;
  const all = [
    ...wrong,
    ...(isRoot ? [...devices.map((path) => `${path} (missing)`), ...owners.map((path) => `${path} (owner)`)] : []),
  ];
  if (all.length === 0) return;
  const more = all.length > MAX_LINES ? ` and ${all.length - MAX_LINES} more` : '';
  throw new AppError(
    'unsupported',
    `${folder} cannot be an exact copy: ${all.slice(0, MAX_LINES).join(', ')}${more} would differ.`,
    'Extract to a file system that keeps all metadata, such as ext4, XFS, btrfs or ZFS.',
  );
}

function extractError(error: unknown, folder: string): unknown {
  const reason = reasonOf(error);
  if (/No space left on device|Disk quota exceeded|ENOSPC|EDQUOT/.test(reason))
    return new AppError(
      'snapshot',
      `There is not enough space for the checkpoint at ${folder}. Nothing was left there.`,
      'Free space there, or choose a folder on another disk.',
    );
  if (/Read-only file system|EROFS/.test(reason) || /EACCES.*mkdir/.test(reason))
    return new AppError('refused', `${dirname(folder)} cannot be written to.`, 'Choose another folder.');
  if (!(error instanceof AppError)) return error;
  const lines = error.message.replace(/^[^\n]*? exited with status \d+: /, `${folder} cannot be written: `).split('\n');
  const more = lines.length > MAX_LINES ? [`and ${lines.length - MAX_LINES} more errors`] : [];
  return new AppError(error.code, [...lines.slice(0, MAX_LINES), ...more].join('\n'), error.hint);
}

/** One line about the parts of a copy that need root; `undefined` when the copy is exact. */
export function needsRoot({ devices, owners, attributes }: Extracted): string | undefined {
  const parts = [
    ...(owners.length > 0 ? [`the owners of ${plural(owners.length, 'file')}`] : []),
    ...(devices.length > 0 ? [plural(devices.length, 'device')] : []),
    ...(attributes > 0 ? [plural(attributes, 'security attribute')] : []),
  ];
  return parts.length === 0 ? undefined : `Left out, because it needs root: ${parts.join(', ')}.`;
}

/** Counts as text: `3 files (1.5 KiB), 2 folders`. */
export function describeCopy({ files, folders, links, others, bytes: size }: CopyReport): string {
  return `${plural(files, 'file')} (${bytes(size)}), ${plural(folders, 'folder')}, ${plural(links, 'link')}, ${plural(others, 'other node')}`;
}
