import * as z from 'zod';
import { backend } from './backend';
import { freshness } from './freshness';

/** What `distro_const plan --json` prints: what a build with the same options would do. */
export const planAnswer = z.object({
  resume: z.string().nullable().describe('The step that the build resumes at; `null`: it begins at the beginning.'),
  pause: z.string().nullable().describe('The step that the build pauses before; `null`: it runs to its end.'),
  kept: z.array(z.string()).describe('Steps whose results are kept.'),
  runs: z
    .array(z.object({ step: z.string(), expectedSeconds: z.number().nullable() }))
    .describe('Steps that will run, each with its median time; `null` for a step that has not succeeded yet.'),
  discarded: z.array(z.string()).describe('Names of snapshots that will be gone.'),
  expectedSeconds: z.number().nullable().describe('The sum for all of them; `null` when one is not known.'),
  freshness: freshness
    .nullable()
    .describe('Freshness of the checkpoint that the build would resume from; `null` for a build from the beginning.'),
  stale: z
    .object({ step: z.string(), reasons: z.array(z.string()), resumeFrom: z.string().nullable() })
    .nullable()
    .describe(
      'The first step that would come out differently today, why, and the right point to resume from (`null`: from the beginning).',
    ),
  suggested: z.string().nullable().describe('The recommended step to resume from; `null`: from the beginning.'),
  advice: z
    .object({
      kind: z
        .enum(['nothing', 'switch', 'resume', 'fork', 'build'])
        .describe(
          '`nothing`: the build data is current. `switch`: another line is, and nothing has to run. `resume`: roll back. `fork`: from a checkpoint of another line. `build`: from the beginning.',
        ),
      line: z.string().describe('The id of the line.'),
      step: z.string().nullable().describe('The step to resume at; `null` where none is resumed.'),
    })
    .optional()
    .describe('What `build --continue` would do, over all lines. Missing in answers of the original command.'),
  spaceNeeded: z
    .number()
    .nullable()
    .describe('Bytes that the build data is expected to take; `null` when that is not known.'),
  freeBytes: z.number().nullable().describe('Free space for the account; `null` before the area exists.'),
  backend,
  refusal: z
    .object({ message: z.string(), hint: z.string().nullable() })
    .nullable()
    .optional()
    .describe(
      'Why a build would refuse the build area, and what to do; `null`: it would not. Missing in answers of the original command.',
    ),
});

/** What `distro_const plan --json` prints. */
export type PlanAnswer = z.output<typeof planAnswer>;
