import { closeSync, openSync, readSync } from 'node:fs';
import { systemPath } from '../bytes';

const CHUNK_BYTES = 1 << 20;

/**
 * Whether two files have the same bytes; also `false` when this account may not read one of them. Paths have one
 * character per byte.
 */
export function sameContent(pathA: string, pathB: string): boolean {
  try {
    return compare(pathA, pathB);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return false;
    throw error;
  }
}

function compare(pathA: string, pathB: string): boolean {
  const [bufferA, bufferB] = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
  const a = openSync(systemPath(pathA), 'r');
  try {
    const b = openSync(systemPath(pathB), 'r');
    try {
      for (;;) {
        const [readA, readB] = [fill(a, bufferA), fill(b, bufferB)];
        if (readA !== readB || !bufferA.subarray(0, readA).equals(bufferB.subarray(0, readB))) return false;
        if (readA < CHUNK_BYTES) return true;
      }
    } finally {
      closeSync(b);
    }
  } finally {
    closeSync(a);
  }
}

function fill(file: number, buffer: Buffer): number {
  let filled = 0;
  while (filled < buffer.length) {
    const read = readSync(file, buffer, filled, buffer.length - filled, null);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}
