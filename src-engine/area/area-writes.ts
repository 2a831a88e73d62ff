import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError, reasonOf } from '../../src-shared/errors';
import { ownerOf } from '../system/accounts';
import { quote } from '../system/shell-quote';
import { systemError } from '../system/system-error';

/** The area itself, and the folders that a build creates in it and writes to. */
interface WrittenFolders {
  readonly dataset?: string;
  readonly mountpoint: string;
  readonly exists: boolean;
  readonly media: string;
  readonly logs: string;
  readonly stateFolder: string;
}

/**
 * Refuses an area that a build could not create or write to. Throws `AppError('area')`. Nothing is created or changed, so
 * a full disk is only noticed by the build. What a dataset needs, only `zfs create` shows.
 */
export function assertWritable(area: WrittenFolders): void {
  const { dataset, mountpoint, exists, media, logs, stateFolder } = area;
  if (dataset === undefined)
    orRefuse(`Unable to create the build area at ${mountpoint}`, () => assertMakeable(mountpoint));
  if (!exists) return;
  for (const folder of dataset === undefined ? [media, logs, stateFolder] : [stateFolder])
    orRefuse(`Unable to create directory ${folder}`, () => assertMakeable(folder));
  assertFoldersWritable(area);
}

/** Refuses the area and folders of it that this account cannot write to, because another one owns them. Missing ones are left out. */
export function assertFoldersWritable(area: WrittenFolders): void {
  for (const folder of [area.mountpoint, area.media, area.logs, area.stateFolder])
    orRefuse(
      `Unable to write to the build area at ${area.mountpoint}`,
      () => {
        if (isThere(folder)) accessSync(folder, constants.W_OK | constants.X_OK);
      },
      area,
    );
}

/** Refuses an area whose folder this account cannot enter or list. Throws `AppError('area')`. */
export function assertReadable({ mountpoint }: { readonly mountpoint: string }): void {
  try {
    accessSync(mountpoint, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw unreadable(error);
  }
}

/** The refusal of an area that the system does not let this account read; any other error as it is. */
export function unreadable(error: unknown): unknown {
  const known = error instanceof AppError ? undefined : systemError(error);
  return known ? new AppError('area', `The build area cannot be read. ${known.message}`, known.hint) : error;
}

/** Throws the system's error when a missing folder cannot be created. */
function assertMakeable(path: string): void {
  if (isThere(path)) return;
  const parent = dirname(path);
  assertMakeable(parent);
  if (isThere(parent)) accessSync(parent, constants.W_OK | constants.X_OK);
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Turns an error of the system into a refusal with this message. */
export function orRefuse(message: string, action: () => void, area?: WrittenFolders): void {
  try {
    action();
  } catch (error) {
    throw new AppError('area', message, nextStep(error, area));
  }
}

/** The reason of a failure and what to do about it. For a folder of another account it also names the alternatives. */
function nextStep(error: unknown, area: WrittenFolders | undefined): string {
  const known = systemError(error);
  if (!known) return reasonOf(error);
  const isOthers = ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
  if (!isOthers) return `${known.message} ${known.hint}`;
  return `${known.message} ${area ? ownerHint(area) : ''}Give the manifest a build_area of your own, or build as root.`;
}

/**
 * The owner of a folder in an existing area that this account cannot write to, and the command that gives the folder to
 * this account.
 */
function ownerHint({ mountpoint, media, logs, stateFolder }: WrittenFolders): string {
  const uid = process.getuid?.();
  const others = [mountpoint, media, logs, stateFolder].find(
    (path) => (statSync(path, { throwIfNoEntry: false })?.uid ?? uid) !== uid,
  );
  const owner = others === undefined ? undefined : ownerOf(others);
  if (uid === undefined || owner === undefined) return '';
  return `${owner} owns ${others}. If the area is to be yours, run as root: chown -R ${uid} -- ${quote(mountpoint)}\n`;
}
