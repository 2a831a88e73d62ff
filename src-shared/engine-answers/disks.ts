import * as z from 'zod';

const removableDisk = z.object({
  device: z.string().describe('The path of the device: `/dev/sdb`.'),
  name: z.string().describe('Vendor and model, else the name of the device.'),
  volume: z.string().nullable().describe('The first label of a file system on it.'),
  confirm: z.string().describe('The name that `write --confirm` expects: the label, else the name.'),
  bytes: z.number().describe('The size of the disk.'),
  mounted: z.array(z.string()).describe('The folders where file systems of it are mounted.'),
  problem: z
    .string()
    .nullable()
    .describe('Why it cannot be written; `null` when it can, after what is mounted was unmounted.'),
});

/** What `distro_const disks --json` prints. */
export const disksAnswer = z.object({
  disks: z.array(removableDisk).describe('Removable disks. Those that the system runs from are never listed.'),
});

/** A line of `distro_const write --json`. */
export const writeEvent = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('progress'),
      phase: z.enum(['write', 'compare']),
      bytes: z.number(),
      total: z.number(),
    })
    .describe('This many bytes of all are done.'),
  z
    .object({
      kind: z.literal('done'),
      image: z.string().describe('The path of the image.'),
      device: z.string().describe('The path of the disk.'),
      bytes: z.number().describe('The size of the image.'),
      sha256: z.string().describe('Of the image, in hex. The disk was read back and begins with these bytes.'),
      written: z.boolean().describe('`false` with `--compare`.'),
    })
    .describe('The disk has the image. It is the last line.'),
]);

export type RemovableDisk = z.output<typeof removableDisk>;
/** What `distro_const disks --json` prints. */
export type DisksAnswer = z.output<typeof disksAnswer>;
/** A line of `distro_const write --json`. */
export type WriteEvent = z.output<typeof writeEvent>;
