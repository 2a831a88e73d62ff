import { AppError } from '../../../src-shared/errors';
import { systemCode } from '../../system/system-error';

const FULL = /No space left on device|Disk quota exceeded/;

/**
 * Explains the error of a full disk: which file system is full, and what to do. Other errors are returned as they are.
 * The command line of the tool that failed is left out, because it contains only names that the engine has made.
 *
 * @param purpose what the space is needed for
 * @param folder a folder on the full file system
 * @param hint what the user can do
 */
export function explainFullDisk(error: unknown, purpose: string, folder: string, hint: string): unknown {
  const found = FULL.exec((error as Error).message)?.[0];
  const code = systemCode(error);
  const reason = found ?? (code === 'ENOSPC' ? 'No space left on device' : 'Disk quota exceeded');
  if (found === undefined && !isFullDisk(error)) return error;
  return new AppError('snapshot', `There is not enough space ${purpose} in ${folder}: ${reason}.`, hint);
}

/** Whether a call of the system failed because a disk is full or a quota is used up. */
export function isFullDisk(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
}
