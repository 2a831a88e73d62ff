import * as z from 'zod';

/** The result of one check before a build. */
export const finding = z.object({
  /** Unique in an answer. */
  id: z.string(),
  title: z.string(),
  /** `missing`: a build would fail here. `unknown`: it could not be checked; `detail` has the reason. */
  state: z.enum(['ok', 'note', 'missing', 'unknown']),
  detail: z.string(),
  /** The exact command, or the one thing to do. */
  fix: z.string().optional(),
});

/** What `distro_const doctor --json` prints. */
export const doctorAnswer = z.object({
  /** Whether the manifest can be built here; true without a manifest. */
  ok: z.boolean(),
  findings: z.array(finding),
});

/** What `distro_const doctor --rights --json` prints. Lines that begin with `#` name what the others do not cover. */
export const rightsAnswer = z.object({
  /** The account that the lines are for. */
  user: z.string(),
  rights: z.object({
    /** A file for `/etc/sudoers.d`. */
    sudoers: z.array(z.string()),
    /** Commands for root; empty where the build area is not a ZFS dataset. */
    zfsAllow: z.array(z.string()),
    /** A wrapper, and lines for the databases of rights profiles; empty where the system has none. */
    rightsProfile: z.array(z.string()),
  }),
});

/** The result of one check before a build. */
export type Finding = z.output<typeof finding>;
/** The answer of `distro_const doctor`. */
export type DoctorAnswer = z.output<typeof doctorAnswer>;
/** The lines that an account needs, and for whom they are. */
export type RightsAnswer = z.output<typeof rightsAnswer>;
