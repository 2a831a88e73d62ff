import * as z from 'zod';
import { CAUSES } from '../provenance/causes';
import { ORIGINS } from '../provenance/origin';

const textDifference = z.object({
  cause: z.enum(CAUSES).nullable().describe('The known cause; `null`: nothing is known about it.'),
  explanation: z.string().nullable().describe('The cause as sentences, and what to do about it.'),
  line: z
    .object({
      script: z.string().describe('The path of the script.'),
      number: z.number().describe('Counts from 1.'),
      text: z.string().describe('The line.'),
    })
    .optional()
    .describe('The line of the script that most likely makes it.'),
  diff: z
    .array(z.string())
    .optional()
    .describe('Lines with `-` (only before) or `+` (only in the rebuild); missing for files that are not text.'),
});

const difference = textDifference.extend({
  path: z.string().describe('In the build data, escaped where it is not UTF-8.'),
  change: z.enum(['added', 'changed', 'removed']).describe('From the image to the rebuild.'),
  what: z.array(z.string()).describe('The properties of a changed file that differ.'),
  before: z.number().nullable().describe('Bytes in the build that is proven; `null`: not there.'),
  after: z.number().nullable().describe('Bytes in the rebuild; `null`: not there.'),
  steps: z
    .array(z.string())
    .describe('The step that made it in the build that is proven; several where checkpoints between them are gone.'),
  rebuiltBy: z.string().describe('The step that made it in the rebuild.'),
});

/** What `distro_const prove --json` prints. */
export const proveAnswer = z.object({
  name: z.string().describe('File name of the image.'),
  equal: z.boolean().describe('Whether the rebuild has the same bytes.'),
  sha256: z.string().describe('Of the image, in hex.'),
  rebuilt: z.string().nullable().describe('SHA-256 of the rebuild; `null`: it has no such file.'),
  run: z.string().describe('The run that made the image.'),
  rebuild: z.string().describe('The run of the rebuild.'),
  origin: z.enum(ORIGINS).describe('The origin of the image now.'),
  compared: z
    .array(
      z.object({
        step: z.string().nullable().describe('The step after the checkpoint; `null`: the end of the build.'),
        differences: z.number().describe('Files that differ and were equal, or not there, at the one before.'),
      }),
    )
    .describe('The checkpoints that were compared, in their order.'),
  media: z
    .array(z.object({ name: z.string(), equal: z.boolean() }))
    .describe('All images that this build made, and whether the rebuild has the same bytes.'),
  differences: z.array(difference).describe('Differing files of the build data in the order of steps, at most 100.'),
  total: z.number().describe('How many files of the build data differ.'),
  times: z
    .number()
    .describe('Files that differ in the time of their last change only; counted when no other file differs.'),
  image: textDifference
    .extend({
      step: z.string().describe('The step that wrote it.'),
      offset: z.number().describe('The first differing byte.'),
    })
    .nullable()
    .describe('The difference of the image itself; `null` when it is equal or missing.'),
  diffoscope: z.string().optional().describe('The report of diffoscope about the first difference that is not text.'),
  line: z.string().nullable().describe('The line of the rebuild; `null`: it was removed.'),
});

/** An explained difference. */
export type TextDifference = z.output<typeof textDifference>;
/** A differing file of the build data. */
export type ProveDifference = z.output<typeof difference>;
/** What `distro_const prove --json` prints. */
export type ProveAnswer = z.output<typeof proveAnswer>;
