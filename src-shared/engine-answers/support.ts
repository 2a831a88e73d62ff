import * as z from 'zod';

/** What `distro_const support --json` prints. */
export const supportAnswer = z.object({
  path: z.string().describe('The archive.'),
  bytes: z.number().describe('Its size.'),
  files: z.array(z.object({ name: z.string(), bytes: z.number() })).describe('The files in it.'),
  notes: z.array(z.string()).describe('Sentences about what could not be collected or was left out.'),
});

/** What `distro_const support --json` prints. */
export type SupportAnswer = z.output<typeof supportAnswer>;
