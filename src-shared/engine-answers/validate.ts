import * as z from 'zod';

/** A piece of the manifest's text: UTF-16 offsets, end exclusive. */
const range = { start: z.number(), end: z.number() };

const problem = z.object({
  severity: z.enum(['error', 'warning']),
  phase: z.enum(['schema', 'value', 'structure', 'repository']),
  /** Stable, for programs. */
  code: z.string(),
  message: z.string(),
  /** Where, as a nodepath. */
  path: z.string(),
  range: z.object(range).optional(),
  /** Index of the step that the problem is about, counted over all steps. */
  step: z.number().optional(),
  /** A one-click repair: replacements in the text that was validated. */
  fix: z
    .object({
      label: z.string(),
      splices: z.array(z.object({ ...range, text: z.string() })).readonly(),
      gesture: z.string().optional(),
    })
    .optional(),
  /** The line or lines that the original prints for it. */
  original: z.string().optional(),
  /** From 1. */
  line: z.number(),
  column: z.number(),
});

/** What `distro_const validate --json` prints: all problems of the manifest on this host. */
export const validateAnswer = z.object({
  /** Whether no problem is an error. */
  valid: z.boolean(),
  layout: z.enum(['A0', 'A', 'B']),
  problems: z.array(problem),
});

export type ValidateAnswer = z.output<typeof validateAnswer>;
