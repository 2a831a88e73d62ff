import { randomUUID } from 'node:crypto';
import { absent, link, lstat, rename, rm } from '../system/files';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { writeChunks } from './write-chunks';
import type { RunningCommand } from '../transport/transport';
import { explainFailure } from '../../src-shared/explain-failure';

/**
 * Writes a command's output to a new file on this computer. The file is complete or absent: it is written under a temporary name and
 * renamed.
 *
 * Throws `refused` when the target exists, `missing` when its folder does not exist.
 *
 * @param start starts the command; called after the target was checked
 */
export async function copyOut(to: string, start: () => Promise<RunningCommand>): Promise<string> {
  const target = resolve(to);
  await mustBeFree(target);
  const partial = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}.part`);
  try {
    const command = await start();
    await writeChunks(partial, 'wx', command.output).catch((error: NodeJS.ErrnoException) => {
      if (error instanceof AppError || error.syscall === undefined) throw error;
      throw new AppError(
        'refused',
        `${target} cannot be written: ${explainFailure(error.code, error.message)}.`,
        'Free some space, or choose another folder.',
      );
    });
    const { code, stderr } = await command.ended;
    if (code !== 0) throw new AppError('snapshot', `The file could not be read to its end: ${stderr.trim()}`);
    await place(partial, target);
    return target;
  } finally {
    await rm(partial, { force: true });
  }
}

/** Throws `refused` when the target exists, `missing` when its folder does not exist. */
export async function mustBeFree(target: string): Promise<void> {
  if (await lstat(target).catch(absent)) throw isThere(target);
  if (!(await lstat(dirname(target)).catch(absent)))
    throw new AppError('missing', `There is no folder ${dirname(target)}.`, 'Choose an existing folder.');
}

/** Gives the file its name. A link, unlike a rename, never replaces a file that appeared meanwhile. Some file systems have no links. */
export async function place(partial: string, target: string): Promise<void> {
  await link(partial, target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw isThere(target);
    return rename(partial, target);
  });
}

const isThere = (target: string): AppError =>
  new AppError('refused', `${target} already exists.`, 'Choose another name, or remove it first.');
