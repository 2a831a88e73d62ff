import * as z from 'zod';
import type { RemovableDisk } from '../../src-shared/engine-answers/disks';
import { AppError } from '../../src-shared/errors';
import { exec } from '../system/exec';

/** A block device as `lsblk --json` prints it. Partitions and volumes on it are its children. */
interface BlockDevice {
  path: string;
  type: string;
  size: number;
  rm: boolean;
  hotplug: boolean;
  ro: boolean;
  tran: string | null;
  vendor: string | null;
  model: string | null;
  label: string | null;
  fstype: string | null;
  mountpoints: (string | null)[];
  children: BlockDevice[];
}

const blockDevice: z.ZodType<BlockDevice> = z.lazy(() =>
  z.object({
    path: z.string(),
    type: z.string(),
    size: z.number(),
    rm: z.boolean(),
    hotplug: z.boolean(),
    ro: z.boolean(),
    tran: z.string().nullable(),
    vendor: z.string().nullable(),
    model: z.string().nullable(),
    label: z.string().nullable(),
    fstype: z.string().nullable(),
    mountpoints: z.array(z.string().nullable()),
    children: z.array(blockDevice).default([]),
  }),
);
const listing = z.object({ blockdevices: z.array(blockDevice) });

const COLUMNS = 'PATH,TYPE,SIZE,RM,HOTPLUG,RO,TRAN,VENDOR,MODEL,LABEL,FSTYPE,MOUNTPOINTS';
/** A disk with one of these mounted is the system's own, also when it is a USB disk. */
const SYSTEM_FOLDERS = /^(\[SWAP\]|\/|\/(boot|efi|usr|var|home|root|opt|srv|nix|gnu)(\/.*)?)$/;
/** Members of a pool or a group of disks, whose other members would suffer. */
const MEMBERS: Readonly<Record<string, string>> = {
  zfs_member: 'a ZFS pool',
  LVM2_member: 'an LVM volume group',
  linux_raid_member: 'a RAID',
  bcache: 'a bcache set',
  drbd: 'a DRBD resource',
};

/**
 * The removable disks of this computer. Disks that the system runs from are never among them.
 *
 * @param withLoops whether loop devices with a file count as removable, so that a test needs no stick
 */
export async function removableDisks(withLoops: boolean): Promise<RemovableDisk[]> {
  const { stdout } = await exec(['lsblk', '--json', '--bytes', '--output', COLUMNS], { errorCode: 'unsupported' });
  const parsed = listing.safeParse(JSON.parse(stdout));
  if (!parsed.success)
    throw new AppError(
      'unsupported',
      'lsblk of this computer does not print what is needed.',
      'Install util-linux 2.37 or newer.',
    );
  const found = parsed.data.blockdevices.filter(
    (one) => one.size > 0 && isRemovable(one, withLoops) && !isOfSystem(one),
  );
  return Promise.all(found.map(async (one) => diskOf(await probed(one))));
}

/** `lsblk` knows labels and file systems from udev, which containers and small systems lack. */
async function probed(device: BlockDevice): Promise<BlockDevice> {
  const children = await Promise.all(device.children.map(probed));
  if (device.fstype !== null) return { ...device, children };
  // Status 2: nothing was found, or the account may not read the device.
  const { stdout } = await exec(['blkid', '--probe', '--output', 'export', device.path], {
    errorCode: 'unsupported',
    okExitCodes: [0, 2, 8],
  });
  const value = (name: string): string | null => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? null;
  return { ...device, label: value('LABEL'), fstype: value('TYPE'), children };
}

function isRemovable({ type, rm, tran, hotplug, path }: BlockDevice, withLoops: boolean): boolean {
  if (type === 'loop') return withLoops;
  // Hot-plug alone is true of internal disks in many computers. Memory cards have no flag of their own.
  return type === 'disk' && (rm || tran === 'usb' || (hotplug && path.startsWith('/dev/mmcblk')));
}

const isOfSystem = (device: BlockDevice): boolean => mountedOf(device).some((folder) => SYSTEM_FOLDERS.test(folder));

function diskOf(device: BlockDevice): RemovableDisk {
  const { path, vendor, model, size, ro } = device;
  const name = [vendor, model].flatMap((part) => part?.trim() || []).join(' ') || path.replace('/dev/', '');
  const volume = withChildren(device).find(({ label }) => label !== null && label !== '')?.label ?? null;
  const mounted = mountedOf(device);
  const member = withChildren(device).flatMap(({ fstype }) => MEMBERS[fstype ?? ''] ?? [])[0];
  const problem = ro ? 'It is write-protected.' : member !== undefined ? `It belongs to ${member}.` : null;
  return { device: path, name, volume, confirm: volume ?? name, bytes: size, mounted, problem };
}

const withChildren = (device: BlockDevice): BlockDevice[] => [device, ...device.children.flatMap(withChildren)];

const mountedOf = (device: BlockDevice): string[] =>
  withChildren(device).flatMap(({ mountpoints }) => mountpoints.filter((folder) => folder !== null));
