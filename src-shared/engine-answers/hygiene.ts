import * as z from 'zod';

/** What `distro_const hygiene --json` prints. */
export const hygieneAnswer = z.object({
  image: z.string().describe('The path of the image.'),
  trees: z
    .array(z.object({ name: z.string(), files: z.number() }))
    .describe('The root file systems and boot archives in the image, and how many files each has.'),
  found: z
    .array(
      z.object({
        tree: z.string().describe('In which of them.'),
        path: z.string().describe('Relative to its root.'),
        why: z.string().describe('Why the image should not have it, as a sentence.'),
      }),
    )
    .describe('What the image should not have.'),
});

/** What `distro_const hygiene --json` prints. */
export type HygieneAnswer = z.output<typeof hygieneAnswer>;
