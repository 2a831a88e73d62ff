import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runTool } from './run-tool';
import { tempFolder } from './temp-folder';

/** Why a test cannot mount a file system of its own; `undefined` when it can. */
export const lacksMounts = process.getuid?.() === 0 ? undefined : 'needs root';

/** A folder on a file system of its own, where files can be made and not written. It is unmounted after the test. */
export function fullFileSystem(): string {
  const folder = tempFolder();
  runTool('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder);
  onTestFinished(() => void runTool('umount', '--lazy', folder));
  try {
    writeFileSync(join(folder, 'filler'), Buffer.alloc(128 * 1024));
  } catch {
    // It is full now.
  }
  return folder;
}
