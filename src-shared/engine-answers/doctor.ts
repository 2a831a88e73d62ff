import * as z from 'zod';

/** One thing that was looked at before a build. */
export const finding = z.object({
  /** Which thing; each once in an answer. */
  id: z.string(),
  title: z.string(),
  /** `missing`: a build would fail here. `unknown`: it could not be looked at, and `detail` says why. */
  state: z.enum(['ok', 'note', 'missing', 'unknown']),
  detail: z.string(),
  /** The exact command, or the one thing to do. */
  fix: z.string().optional(),
});

/** What `distro_const doctor --json` prints. */
export const doctorAnswer = z.object({
  /** Whether nothing speaks against building the manifest here; without a manifest always. */
  ok: z.boolean(),
  findings: z.array(finding),
});

/** What `distro_const doctor --rights --json` prints. Lines that begin with `#` say what the others do not cover. */
export const rightsAnswer = z.object({
  /** The account that the lines are for. */
  user: z.string(),
  rights: z.object({
    /** A file for `/etc/sudoers.d`. */
    sudoers: z.array(z.string()),
    /** Commands for root; empty where the build area is no ZFS dataset. */
    zfsAllow: z.array(z.string()),
    /** A wrapper, and lines for the databases of rights profiles; empty where the system has none. */
    rightsProfile: z.array(z.string()),
  }),
});

/** One thing that was looked at before a build. */
export type Finding = z.output<typeof finding>;
/** What the doctor says. */
export type DoctorAnswer = z.output<typeof doctorAnswer>;
/** The lines that an account needs, and for whom they are. */
export type RightsAnswer = z.output<typeof rightsAnswer>;
