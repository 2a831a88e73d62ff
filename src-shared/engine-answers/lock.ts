import * as z from 'zod';

const named = z.object({ name: z.string(), version: z.string() });

/** What `distro_const lock --json` prints. */
export const lockAnswer = z.object({
  path: z.string().describe('The path of the lock.'),
  written: z
    .boolean()
    .describe('Whether the file was written: not when it is as it was, and without `--yes` not by `--update`.'),
  packages: z.number().describe('How many packages the lock has.'),
  fetched: z.number().describe('How many files were fetched into the store, which then has all of them.'),
  archives: z
    .array(
      z.object({
        url: z.string(),
        suite: z.string(),
        release: z.string().describe('SHA-256 of its InRelease or Release file; `-` where it has none.'),
        dated: z.string().describe('The date in that file, ISO 8601; `-` where it has none.'),
      }),
    )
    .readonly()
    .describe('The archives, as they were when the packages were locked.'),
  added: z.array(named).describe('Packages that the lock did not have before.'),
  removed: z.array(named).describe('Packages that it no longer has.'),
  changed: z
    .array(
      z.object({
        name: z.string(),
        before: z.string(),
        after: z.string(),
        security: z
          .boolean()
          .describe('Whether an archive of security updates has the new version, or one in between.'),
      }),
    )
    .describe('Packages with another version, or another file of the same version.'),
  stale: z.array(z.string()).describe('The steps that a build runs again because of these changes.'),
});

/** What `distro_const lock --json` prints. */
export type LockAnswer = z.output<typeof lockAnswer>;
