import { dirname, join } from 'node:path';
import { absent, lstat, readdir, rm } from '../system/files';

/**
 * Runs work that fills a folder. When it fails, what it made is removed: the folder and those above it that did not exist, or the content
 * of a folder that was empty. What existed stays. Throws the error of the work.
 */
export async function removedOnFailure<T>(path: string, work: () => Promise<T>): Promise<T> {
  const made = await firstMissing(path);
  const wasEmpty = made === undefined && (await entriesOf(path)).length === 0;
  try {
    return await work();
  } catch (error) {
    const left = made !== undefined ? [made] : wasEmpty ? (await entriesOf(path)).map((name) => join(path, name)) : [];
    // The error of the work counts, not that of the cleaning.
    for (const one of left) await rm(one, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** Whether a folder does not exist or is empty. One that cannot be read is not new. */
export async function isNewFolder(path: string): Promise<boolean> {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    absent(error);
    return error.code === 'ENOENT' ? [] : undefined;
  });
  return entries?.length === 0;
}

/** The entries of a folder; none of anything else. */
const entriesOf = (path: string): Promise<string[]> => readdir(path).catch(() => []);

/** The outermost part of a path that does not exist; `undefined` when all of it does. */
async function firstMissing(path: string): Promise<string | undefined> {
  let missing: string | undefined;
  for (let at = path; !(await lstat(at).catch(absent)); at = dirname(at)) {
    missing = at;
    if (dirname(at) === at) break;
  }
  return missing;
}
