import * as z from 'zod';

const medium = z.object({
  name: z.string(),
  path: z.string(),
  /** Bytes. */
  size: z.number(),
  /** Seconds since the epoch. */
  modified: z.number(),
  /** How a boot test boots it; `null` for a file that is not an image. */
  bootable: z.enum(['cdrom', 'disk']).nullable(),
});

/** What `distro_const media --json` prints: the finished files of a build area. */
export const mediaAnswer = z.object({
  folder: z.string(),
  media: z.array(medium),
  /** Why the host cannot boot images; missing when it can. */
  noBootTest: z.string().optional(),
  /** Why the host cannot boot them with UEFI; missing when it can. */
  noUefi: z.string().optional(),
});

/** What `distro_const media --checksum NAME --json` prints. */
export const checksumAnswer = z.object({ name: z.string(), /** SHA-256 in hex. */ sha256: z.string() });

/** What `distro_const boot-test --json` prints: one object per line, the verdict last. */
export const bootEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started'), argv: z.array(z.string()) }),
  /** Output of the serial console. */
  z.object({ kind: z.literal('console'), text: z.string() }),
  /** A PNG, as base64. */
  z.object({ kind: z.literal('screenshot'), data: z.string() }),
  z.object({
    kind: z.literal('verdict'),
    verdict: z.enum(['booted', 'panic', 'timeout', 'exited', 'cancelled']),
    /** A sentence. */
    reason: z.string(),
    seconds: z.number(),
  }),
]);

/** A finished file. */
export type Medium = z.output<typeof medium>;
/** What `distro_const media --json` prints. */
export type MediaAnswer = z.output<typeof mediaAnswer>;
/** What `distro_const media --checksum NAME --json` prints. */
export type ChecksumAnswer = z.output<typeof checksumAnswer>;
/** A line of `distro_const boot-test --json`. */
export type BootEvent = z.output<typeof bootEvent>;
