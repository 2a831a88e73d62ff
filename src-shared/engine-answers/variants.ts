import * as z from 'zod';

const known = z
  .enum(['recorded', 'declared', 'older', 'unknown'])
  .describe(
    'Where it is known from what the step reads. `recorded`: an execution. `declared`: the description of its script. `older`: an execution before the script was edited. `unknown`: the step may read everything.',
  );

const causes = z
  .array(
    z.object({
      request: z
        .string()
        .nullable()
        .describe(
          'The nodepath or key that the step reads; `null`: the step itself differs, or what it reads is not known.',
        ),
      name: z.string().describe('In short: `locale`.'),
      from: z.string().nullable().describe('The value on the other side; `null`: not a value, or a secret one.'),
      to: z.string().nullable().describe('The value here.'),
    }),
  )
  .describe('What differs there.');

/** A problem of a variant. */
const problem = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string().describe('Stable, for programs.'),
  message: z.string().describe('A sentence.'),
  hint: z.string().describe('What to do next.'),
  range: z.object({ start: z.number(), end: z.number() }).describe('UTF-16 offsets into the file of the variant.'),
  line: z.number().describe('From 1, in the file of the variant.'),
  column: z.number().describe('From 1.'),
});

/** The problems of a variant, as `variants --json` and `validate --json` print them. */
export const variantProblems = z.array(problem);

/** What `distro_const variants --json` prints. */
export const variantsAnswer = z.object({
  variants: z
    .array(
      z.object({
        name: z.string(),
        file: z.string().describe('The path of `variants/NAME.xml`.'),
        description: z.string(),
        changes: z.array(z.string()).describe('In short: `hostname = de`, `+cups`, `-nano`, `qcow2 on`.'),
        problems: variantProblems,
        fork: z
          .object({ step: z.string().describe('The first step with another result.'), causes, known })
          .nullable()
          .describe('Where it leaves the manifest; `null`: nowhere.'),
        state: z
          .enum(['current', 'stale', 'unknown', 'unfinished', 'not-built'])
          .describe('How its last image compares with a build of today.'),
        line: z.string().nullable().describe('The id of the line that has it.'),
        reasons: z.array(z.string()).describe('Why it is not current, as sentences.'),
      }),
    )
    .describe('Sorted by their names.'),
  steps: z
    .array(
      z.object({
        step: z.string(),
        runs: z.number().describe('How many times it runs when all variants are built from the beginning.'),
        of: z.number().describe('The number of variants that have it.'),
        shared: z.number().describe('The number of variants in the largest group that shares one execution.'),
        known,
        parts: z
          .array(z.object({ variants: z.array(z.string()), causes }))
          .describe('The variants that leave others here.'),
      }),
    )
    .describe('How the variants share the steps. Variants with errors are left out.'),
});

/** What `distro_const variants --json` prints. */
export type VariantsAnswer = z.output<typeof variantsAnswer>;

/** A line of `distro_const build --variants --json`. */
export const variantEvent = z.discriminatedUnion('kind', [
  z
    .object({ kind: z.literal('started'), variant: z.string(), number: z.number(), of: z.number() })
    .describe('The build of a variant begins.'),
  z
    .object({
      kind: z.literal('finished'),
      variant: z.string(),
      outcome: z.enum(['done', 'current', 'failed', 'refused', 'cancelled', 'paused']),
      line: z.string().nullable(),
      run: z.string().nullable(),
      steps: z.array(z.string()),
      seconds: z.number(),
      message: z.string().nullable(),
    })
    .describe(
      'It has ended. `current`: nothing had to run. `refused`: nothing was run, and `message` is the reason. `line` has its images, and `run` is its run with the steps that ran.',
    ),
  z
    .object({ kind: z.literal('end'), code: z.number() })
    .describe('All variants have ended; `code` is the exit status of the command.'),
]);

/** A line of `distro_const build --variants --json`. */
export type VariantEvent = z.output<typeof variantEvent>;
