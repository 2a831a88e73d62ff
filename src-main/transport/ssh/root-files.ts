import { AppError } from '../../../src-shared/errors';
import type { Files } from './files';

/**
 * Files of the host, where the account may not read all that a build by root writes: those are read as root. Which way works for a path
 * is found once.
 *
 * @param asRoot `undefined` when nothing becomes root, and then nothing else is tried
 */
export function withRoot(files: Files, asRoot: () => Files | undefined): Files {
  const denied = new Set<string>();

  async function either<T>(path: string, read: (files: Files) => Promise<T>): Promise<T> {
    const root = asRoot();
    if (!root) return read(files);
    if (!denied.has(path))
      try {
        return await read(files);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'refused') throw error;
        denied.add(path);
      }
    return read(root);
  }

  return {
    read: (path, offset, length) => either(path, (one) => one.read(path, offset, length)),
    list: (folder) => either(folder, (one) => one.list(folder)),
    size: (path) => either(path, (one) => one.size(path)),
    stamp: (path) => either(path, (one) => one.stamp(path)),
  };
}
