import * as z from 'zod';
import { ORIGINS } from '../provenance/origin';

const restsOn = z.object({
  step: z.string().describe('The step after the checkpoint.'),
  run: z.string().describe('The run that made its state.'),
  at: z.number().describe('When that state was complete, in seconds since the epoch.'),
});

const medium = z.object({
  name: z.string().describe('File name.'),
  path: z.string().describe('Absolute path on the host.'),
  size: z.number().describe('Bytes.'),
  modified: z.number().describe('Seconds since the epoch.'),
  inode: z.number().optional().describe('Of the file; missing in answers of the original command.'),
  bootable: z
    .enum(['cdrom', 'disk'])
    .nullable()
    .describe('How a boot test boots it; `null` for a file that is not an image.'),
  origin: z
    .enum(ORIGINS)
    .nullable()
    .optional()
    .describe(
      '`clean`: one run made it from the beginning; `resumed`: it rests on checkpoints of earlier runs; `proven`: it is resumed, and a clean rebuild had the same bytes; `null`: unknown. Missing in answers of the original command.',
    ),
  originUnknown: z.string().optional().describe('Why the origin is unknown, as a clause.'),
  restsOn: z.array(restsOn).optional().describe('The checkpoints that it rests on.'),
  catalogue: z.string().optional().describe('The date of the locked archives, ISO 8601; with a lock only.'),
  provenAt: z.number().optional().describe('When a clean rebuild had the same bytes, in seconds since the epoch.'),
  sha256: z.string().optional().describe('Of a proven image, in hex.'),
});

/** What `distro_const media --json` prints: the finished files of a build area. */
export const mediaAnswer = z.object({
  folder: z.string().describe('The folder with the files.'),
  media: z.array(medium).describe('The finished files.'),
  noBootTest: z.string().optional().describe('Why the host cannot boot images; missing when it can.'),
  noUefi: z.string().optional().describe('Why the host cannot boot them with UEFI; missing when it can.'),
});

/** What `distro_const media --checksum NAME --json` prints. */
export const checksumAnswer = z.object({
  name: z.string().describe('File name.'),
  sha256: z.string().describe('SHA-256 in hex.'),
});

/** What `distro_const boot-test --json` prints: one object per line, the verdict last. */
export const bootEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started'), argv: z.array(z.string()) }).describe('The machine has started.'),
  z.object({ kind: z.literal('console'), text: z.string() }).describe('Output of the serial console.'),
  z.object({ kind: z.literal('screenshot'), data: z.string() }).describe('A PNG, as base64.'),
  z
    .object({
      kind: z.literal('verdict'),
      verdict: z.enum(['booted', 'panic', 'timeout', 'exited', 'cancelled']),
      reason: z.string(),
      seconds: z.number(),
    })
    .describe('The result; the reason is a sentence.'),
]);

/** A finished file. */
export type Medium = z.output<typeof medium>;
/** What `distro_const media --json` prints. */
export type MediaAnswer = z.output<typeof mediaAnswer>;
/** What `distro_const media --checksum NAME --json` prints. */
export type ChecksumAnswer = z.output<typeof checksumAnswer>;
/** A line of `distro_const boot-test --json`. */
export type BootEvent = z.output<typeof bootEvent>;
