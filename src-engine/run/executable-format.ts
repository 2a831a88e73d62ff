import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Whether the kernel can execute a file. For plain text without an interpreter line posix_spawn would fall back to
 * /bin/sh. A name without a slash is looked up on PATH and left to the kernel.
 */
export function hasExecutableFormat(script: string): boolean {
  if (!script.includes('/')) return true;
  const head = Buffer.alloc(256);
  let length: number;
  try {
    const fd = openSync(script, 'r');
    try {
      length = readSync(fd, head, 0, head.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return true; // missing, a directory or unreadable: starting it fails with the kernel's message
  }
  return head.subarray(0, 2).toString() === '#!' || head.subarray(0, length).includes(0);
}
