import * as z from 'zod';

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
