import { statSync } from 'node:fs';
import type { DisksAnswer, RemovableDisk } from '../../src-shared/engine-answers/disks';
import { AppError } from '../../src-shared/errors';
import { removableDisks } from '../disks/removable-disks';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { imageOperand } from './image-operand';
import { LINE_OPTION } from './media';
import { printAnswer, printLines } from './print';

/** The option that lets a loop device stand in for a stick. */
export const LOOPS_OPTION = {
  type: 'boolean',
  description: 'count loop devices as removable disks, to try this without one',
} as const;

const OPTIONS = { json: JSON_OPTION, line: LINE_OPTION, 'loop-devices': LOOPS_OPTION } as const satisfies OptionTable;

export const disksCommand = defineCommand({
  name: 'disks',
  summary: 'removable disks of this computer, such as USB sticks and memory cards',
  usage: ['[--loop-devices] [--json] [FILE]', '[--line LINE] [--loop-devices] [--json] MANIFEST NAME'],
  description: [
    'Lists the removable disks that `write` can write to, and why one cannot be written. Disks that the system runs from are never listed. With an image, disks that are too small are marked. Linux only.',
  ],
  options: OPTIONS,
  operands: { min: 0, max: 2 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  assertLinux();
  const image = positionals.length === 0 ? undefined : await imageOperand(positionals, values.line);
  const found = await removableDisks(values['loop-devices'] === true);
  const disks = image === undefined ? found : found.map((disk) => fitted(disk, statSync(image).size));
  if (values.json) printAnswer<DisksAnswer>({ disks });
  else printLines(disks.length === 0 ? ['No removable disk is connected.'] : disks.map(textOf));
  return 0;
}

/** Throws `AppError('unsupported')` elsewhere than on Linux. */
export function assertLinux(): void {
  if (process.platform !== 'linux')
    throw new AppError(
      'unsupported',
      'Only Linux hosts can list and write removable disks.',
      'Copy the image, and use dd.',
    );
}

/** A disk with its problem for an image of this many bytes. */
export function fitted(disk: RemovableDisk, bytes: number): RemovableDisk {
  const missing = bytes - disk.bytes;
  return missing <= 0 ? disk : { ...disk, problem: `It is too small: ${mebibytes(missing)} MiB are missing.` };
}

const mebibytes = (bytes: number): string => Math.ceil(bytes / 1024 ** 2).toLocaleString('en-US');

const textOf = ({ device, name, volume, bytes, mounted, problem }: RemovableDisk): string =>
  [
    `${device}: ${name}`,
    ...(volume === null ? [] : [`volume ${volume}`]),
    `${mebibytes(bytes)} MiB`,
    ...(mounted.length === 0 ? [] : [`mounted at ${mounted.join(', ')}`]),
    ...(problem === null ? [] : [problem]),
  ].join(', ');
