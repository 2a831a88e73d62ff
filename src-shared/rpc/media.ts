import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
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
};
