import { open, type FileHandle } from 'node:fs/promises';
import type { RemovableDisk, WriteEvent } from '../../src-shared/engine-answers/disks';
import { AppError } from '../../src-shared/errors';
import { quoteArgument, quoteCommand } from '../../src-shared/shell-quote';
import { compareImage, openDisk, writeImage, type OnProgress } from '../disks/copy-to-disk';
import { assertStarts } from '../disks/disk-image';
import { removableDisks } from '../disks/removable-disks';
import { exec } from '../system/exec';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { assertLinux, fitted, LOOPS_OPTION } from './disks';
import { imageOperand } from './image-operand';
import { LINE_OPTION } from './media';
import { printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  line: LINE_OPTION,
  disk: { type: 'string', value: 'DEVICE', description: 'the disk, as `disks` lists it' },
  confirm: { type: 'string', value: 'NAME', description: "the disk's name as `disks` prints it: all its data is lost" },
  unmount: { type: 'boolean', description: 'unmount the file systems of the disk first' },
  compare: { type: 'boolean', description: 'write nothing, and compare the disk with the image' },
  'loop-devices': LOOPS_OPTION,
} as const satisfies OptionTable;

export const writeCommand = defineCommand({
  name: 'write',
  summary: 'write an image to a USB stick or memory card, and read it back',
  usage: [
    '--disk DEVICE --confirm NAME [--unmount] [--loop-devices] [--json] FILE',
    '--disk DEVICE --confirm NAME [--unmount] [--loop-devices] [--line LINE] [--json] MANIFEST NAME',
    '--disk DEVICE --compare [--loop-devices] [--json] FILE',
  ],
  description: [
    'Writes an ISO, USB or raw image to a removable disk of this computer, waits until the disk has it, then reads it back past the page cache and compares it. Only disks that `disks` lists are accepted, and NAME must be the label of the first volume on it, or the name of a disk without one.',
    'It needs the right to write the device, usually as root; otherwise the exact command is printed. `--compare` only compares, for example after the first start from another computer failed. The exit status is 1 when the disk differs or fails.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 2 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  assertLinux();
  const { disk: device, confirm, json, line, compare = false } = values;
  if (device === undefined)
    throw new AppError('usage', 'Name the disk with --disk DEVICE. "distro_const disks" lists them.');
  const path = await imageOperand(positionals, line);
  const image = await open(path);
  try {
    const before = await image.stat();
    await assertStarts(image, path, before.size);
    const disk = await diskNamed(device, values['loop-devices'] === true, before.size);
    if (!compare) await prepare(disk, confirm, values.unmount === true);
    const handle = await openDisk(device, !compare, commandOf(values, positionals));
    try {
      const onProgress = json ? progressEvents(before.size) : progressOnTerminal(before.size);
      if (!compare) await writeImage(image, handle, { image: before.size, disk: disk.bytes }, onProgress);
      const sha256 = await compareImage(image, handle, device, before.size, onProgress);
      await assertSame(image, path, before.mtimeMs);
      if (json) showEvent({ kind: 'done', image: path, device, bytes: before.size, sha256, written: !compare });
      else printLines([`${device} ${compare ? 'has' : 'was written and has'} the image: SHA-256 ${sha256}`]);
      return 0;
    } finally {
      await handle.close().catch(() => undefined); // of a disk that was removed
    }
  } finally {
    await image.close();
  }
}

async function diskNamed(device: string, withLoops: boolean, bytes: number): Promise<RemovableDisk> {
  const disks = await removableDisks(withLoops);
  const disk = disks.find((one) => one.device === device);
  if (disk === undefined)
    throw new AppError(
      'refused',
      `${device} is not a removable disk of this computer, or the system runs from it.`,
      'List the disks: distro_const disks',
    );
  const { problem } = fitted(disk, bytes);
  if (problem !== null)
    throw new AppError('refused', `${device}: ${problem}`, 'Choose another disk: distro_const disks');
  return disk;
}

/** Refuses without the right name, and unmounts when the user asks for it. */
async function prepare(
  { device, confirm, mounted }: RemovableDisk,
  given: string | undefined,
  unmount: boolean,
): Promise<void> {
  if (given !== confirm)
    throw new AppError(
      'refused',
      given === undefined
        ? `All data on ${device} would be lost.`
        : `${device} is not named ${given}. Nothing was written.`,
      `Confirm it by its name: --confirm ${quoteArgument(confirm)}`,
    );
  if (mounted.length === 0) return;
  if (!unmount)
    throw new AppError('refused', `${device} is mounted at ${mounted.join(', ')}.`, 'Unmount it, or use --unmount.');
  for (const folder of [...mounted].reverse()) await exec(['umount', '--', folder], { errorCode: 'system' });
}

async function assertSame(image: FileHandle, path: string, modifiedMs: number): Promise<void> {
  if ((await image.stat()).mtimeMs !== modifiedMs)
    throw new AppError('conflict', `${path} was changed while it was written.`, 'Wait for the build, and write again.');
}

/** The command for an account with more rights. */
function commandOf(values: Parsed<typeof OPTIONS>['values'], positionals: readonly string[]): string {
  const options = Object.entries(values).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  return quoteCommand(['distro_const', 'write', ...options, ...positionals]);
}

const showEvent = (event: WriteEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

/** An event for each hundredth. */
function progressEvents(total: number): OnProgress {
  let shown = '';
  return (phase, bytes) => {
    const now = `${phase} ${Math.floor((100 * bytes) / total)}`;
    if (now !== shown) showEvent({ kind: 'progress', phase, bytes, total });
    shown = now;
  };
}

/** One line that changes, on a terminal only. */
function progressOnTerminal(bytes: number): OnProgress {
  if (!process.stderr.isTTY) return () => undefined;
  return (phase, done) => {
    const text = `${phase === 'write' ? 'Writing' : 'Comparing'}: ${Math.floor((100 * done) / bytes)} %`;
    process.stderr.write(`\r${text}${done === bytes ? '\n' : ''}`);
  };
}
