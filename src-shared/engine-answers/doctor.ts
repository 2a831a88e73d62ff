import * as z from 'zod';

/** The result of one check before a build. */
export const finding = z.object({
  id: z.string().describe('Unique in an answer.'),
  title: z.string().describe('What was checked.'),
  state: z
    .enum(['ok', 'note', 'missing', 'unknown'])
    .describe('`missing`: a build would fail here. `unknown`: it could not be checked; `detail` has the reason.'),
  detail: z.string().describe('The result as a sentence.'),
  fix: z.string().optional().describe('The exact command, or the one thing to do.'),
});

/** What `distro_const doctor --json` prints. */
export const doctorAnswer = z.object({
  ok: z.boolean().describe('Whether the manifest can be built here; true without a manifest.'),
  findings: z.array(finding).describe('One per check.'),
});

/** What `distro_const doctor --rights --json` prints. */
export const rightsAnswer = z.object({
  user: z.string().describe('The account that the lines are for.'),
  rights: z
    .object({
      sudoers: z.array(z.string()).describe('A file for `/etc/sudoers.d`.'),
      zfsAllow: z.array(z.string()).describe('Commands for root; empty where the build area is not a ZFS dataset.'),
      rightsProfile: z
        .array(z.string())
        .describe('A wrapper, and lines for the databases of rights profiles; empty where the system has none.'),
    })
    .describe('Lines for an administrator. A line that begins with `#` names what the others do not cover.'),
});

/** The result of one check before a build. */
export type Finding = z.output<typeof finding>;
/** The answer of `distro_const doctor`. */
export type DoctorAnswer = z.output<typeof doctorAnswer>;
/** The lines that an account needs, and for whom they are. */
export type RightsAnswer = z.output<typeof rightsAnswer>;
