import * as z from 'zod';
import { variantProblems } from './variants';

/** A piece of the manifest's text: UTF-16 offsets, end exclusive. */
const range = { start: z.number(), end: z.number() };

const problem = z.object({
  severity: z.enum(['error', 'warning']),
  phase: z.enum(['schema', 'value', 'structure', 'repository']),
  code: z.string().describe('Stable, for programs.'),
  message: z.string().describe('A sentence.'),
  path: z.string().describe('Where, as a nodepath.'),
  range: z
    .object(range)
    .optional()
    .describe('The text that it is about: UTF-16 offsets into the manifest, end exclusive.'),
  step: z.number().optional().describe('Index of the step that the problem is about, counted over all steps.'),
  fix: z
    .object({
      label: z.string(),
      splices: z.array(z.object({ ...range, text: z.string() })).readonly(),
      gesture: z.string().optional(),
    })
    .optional()
    .describe('A one-click repair: replacements in the text that was validated.'),
  original: z.string().optional().describe('The line or lines that the original prints for it.'),
  line: z.number().describe('From 1.'),
  column: z.number().describe('From 1.'),
});

/** What `distro_const validate --json` prints: all problems of the manifest on this host. */
export const validateAnswer = z.object({
  valid: z.boolean().describe('Whether no problem is an error, those of variants included.'),
  layout: z.enum(['A0', 'A', 'B']).describe('The version of the manifest format.'),
  problems: z.array(problem).describe('All problems of the manifest, errors and warnings.'),
  variants: z
    .array(z.object({ name: z.string(), file: z.string(), problems: variantProblems }))
    .optional()
    .describe('The variants beside the manifest, with their own problems. Missing in answers of older engines.'),
});

export type ValidateAnswer = z.output<typeof validateAnswer>;
