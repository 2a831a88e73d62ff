import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { ask } from './exec';

/** A loop device and its backing file. */
export interface LoopDevice {
  /** `/dev/loop0` */
  readonly device: string;
  /** The file's path, with ` (deleted)` after it when its last name is gone. One character per byte. */
  readonly file: string;
}

const BLOCK_DEVICES = '/sys/block';

/**
 * The loop devices whose backing file is below a folder. Those that the kernel detaches by itself when they are
 * unmounted are left out. Starts no process. Linux only; elsewhere there are none.
 */
export function loopDevicesIn(folder: string): LoopDevice[] {
  const attached = names().flatMap((name) => {
    const file = attribute(name, 'backing_file');
    return file === undefined ? [] : [{ name, file }];
  });
  if (attached.length === 0) return [];
  const path = bytesOf(realPath(folder));
  return attached
    .filter(({ name, file }) => file.startsWith(`${path}/`) && attribute(name, 'autoclear') !== '1')
    .map(({ name, file }) => ({ device: `/dev/${name}`, file }));
}

/** Detaches a loop device. The kernel delays this until the device is not in use. Throws when losetup fails. */
export async function detach({ device }: LoopDevice): Promise<void> {
  await ask(['losetup', '-d', device]);
}

function names(): string[] {
  try {
    return readdirSync(BLOCK_DEVICES).filter((name) => /^loop\d+$/.test(name));
  } catch {
    return []; // not Linux, or a container without /sys
  }
}

/** `undefined` when the device has no backing file. */
function attribute(name: string, attributeName: string): string | undefined {
  const path = `${BLOCK_DEVICES}/${name}/loop/${attributeName}`;
  if (!existsSync(path)) return undefined; // an exception takes longer
  try {
    return readFileSync(path, 'latin1').replace(/\n$/, '');
  } catch {
    return undefined; // or is being detached
  }
}

const bytesOf = (path: string): string => Buffer.from(path).toString('latin1');

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // the backing file was removed
  }
}
