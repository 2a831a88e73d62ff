import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { path, target } from './common';

/** A file's name in the area's `media` folder. */
const mediumName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^/]+$/);

const medium = z.object({
  name: z.string(),
  path: z.string(),
  /** Bytes. */
  size: z.number(),
  /** Seconds since the epoch. */
  modified: z.number(),
  /** How it can be booted for a test; `null` for what is no image. */
  bootable: z.enum(['cdrom', 'disk']).nullable(),
});

/** What a boot test tells while it runs; the engine prints the same, one JSON object a line. */
export const bootEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started'), argv: z.array(z.string()) }),
  /** What came over the serial console. */
  z.object({ kind: z.literal('console'), text: z.string() }),
  /** A PNG, as base64. */
  z.object({ kind: z.literal('screenshot'), data: z.string() }),
  z.object({
    kind: z.literal('verdict'),
    verdict: z.enum(['booted', 'panic', 'timeout', 'exited', 'cancelled']),
    /** In words. */
    reason: z.string(),
    seconds: z.number(),
  }),
]);

/** The finished files of a build area; the engine prints the same. */
export const mediaList = z.object({
  folder: z.string(),
  media: z.array(medium),
  /** Why the build host cannot boot images; missing when it can. */
  noBootTest: z.string().optional(),
  /** Why it cannot boot them with UEFI; missing when it can. */
  noUefi: z.string().optional(),
});

/** The finished images of a build area. */
export const media = {
  list: oc.input(z.object(target)).output(mediaList),
  /** SHA-256 of a file, in hex. */
  checksum: oc.input(z.object({ ...target, name: mediumName })).output(z.object({ sha256: z.string() })),
  /** Copies a file to a folder of this computer, whole or not at all. */
  copyOut: oc.input(z.object({ ...target, name: mediumName, to: path })).output(z.object({ path })),
  /** Boots an image in a virtual machine of the build host, without writing to it, until it asks for a login. Ends with the caller. */
  bootTest: oc
    .input(z.object({ ...target, name: mediumName, firmware: z.enum(['bios', 'uefi']) }))
    .output(eventIterator(bootEvent)),
};

/** A finished file. */
export type Medium = z.output<typeof medium>;
/** All there is. */
export type MediaList = z.output<typeof mediaList>;
/** What a boot test tells. */
export type BootEvent = z.output<typeof bootEvent>;
