import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { disksAnswer, writeEvent } from '../engine-answers/disks';
import { bootEvent, checksumAnswer, mediaAnswer } from '../engine-answers/media';
import { path, target as saved } from './common';
import { lineId } from './lines';

/** The images of the build data, or of a parked line. */
const target = { ...saved, line: lineId.optional() };

/** A file's name in the area's `media` folder. */
const mediumName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^/]+$/);

/** A disk that is to be written, with the name that the user typed. */
const diskChoice = z.object({
  device: path,
  confirm: z.string().max(255),
  /** Unmounts what is mounted of it. */
  unmount: z.boolean(),
});

export type DiskChoice = z.output<typeof diskChoice>;

/** The finished images of a build area. */
export const media = {
  list: oc.input(z.object(target)).output(mediaAnswer),
  /** SHA-256 of a file, in hex. */
  checksum: oc.input(z.object({ ...target, name: mediumName })).output(checksumAnswer),
  /** Copies a file to a folder of this computer, whole or not at all. */
  copyOut: oc.input(z.object({ ...target, name: mediumName, to: path })).output(z.object({ path })),
  /** Boots an image in a virtual machine of the build host, without writing to it, until it asks for a login. Ends with the caller. */
  bootTest: oc
    .input(z.object({ ...target, name: mediumName, firmware: z.enum(['bios', 'uefi']) }))
    .output(eventIterator(bootEvent)),
  /** The removable disks of the build host. */
  disks: oc.input(z.object({ ...target, name: mediumName })).output(disksAnswer),
  /** Writes an image to a removable disk of the build host, and reads it back. Ends with the caller. */
  writeDisk: oc.input(z.object({ ...target, name: mediumName, disk: diskChoice })).output(eventIterator(writeEvent)),
};
