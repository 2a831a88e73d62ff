import { statfsSync } from 'node:fs';

/** The bytes that a file system has in use. */
export function usedBytes(path: string): number {
  const { blocks, bfree, bsize } = statfsSync(path);
  return (blocks - bfree) * bsize;
}
