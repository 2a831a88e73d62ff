import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacksRootOr, runTool } from './run-tool';

/** A new file system in a file, mounted in a temporary folder. */
export interface TemporaryPlace {
  readonly path: string;
  dispose(): void;
}

/**
 * Why no such file system can be made here, or `undefined`. It is tried, because a tool does not prove that the kernel
 * can mount it.
 */
export function lacksTempFileSystem(type: 'btrfs' | 'xfs'): string | undefined {
  const lack = lacksRootOr(`mkfs.${type}`, 'losetup');
  if (lack !== undefined) return lack;
  try {
    makeTempFileSystem(type).dispose();
    return undefined;
  } catch (error) {
    return `cannot mount ${type} here: ${error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error)}`;
  }
}

/** Makes and mounts a file system. The caller must call `dispose`, otherwise the mount and its loop device stay. */
export function makeTempFileSystem(type: 'btrfs' | 'xfs', bytes = 1 << 30): TemporaryPlace {
  const folder = mkdtempSync(join(tmpdir(), `slipway-${type}-`));
  const image = join(folder, 'image');
  const path = join(folder, 'mounted');
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    writeFileSync(image, '');
    truncateSync(image, bytes);
    mkdirSync(path);
    runTool(`mkfs.${type}`, '-q', image);
    runTool('mount', '-o', 'loop', image, path); // the loop device is removed with the mount
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    path,
    dispose: () => {
      runTool('umount', path);
      dispose();
    },
  };
}
