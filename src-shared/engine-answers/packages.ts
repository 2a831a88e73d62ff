import * as z from 'zod';

// Packages in the repositories of a manifest, and the packages that its lists would install: `distro_const catalogue`, `resolve`,
// `show` and `installed` with `--json`, and what the window shows of them.

const bytes = z.number().nonnegative();

/** A repository: its name for messages, and its date. */
const repository = z.object({
  /** Address and release, or a publisher's address. */
  name: z.string(),
  /** When the repository was last changed, by its own date; ISO 8601. */
  dated: z.string().optional(),
});

/** Which catalogue an answer was made from. */
export const edition = z.object({
  kind: z.enum(['apt', 'ips']),
  /** An opaque string that changes when the content of the repositories does. */
  revision: z.string(),
  /** When it was fetched; ISO 8601. */
  fetched: z.string(),
  repositories: z.array(repository).readonly(),
  /** Why the last refresh failed: the answer is from an older edition. */
  trouble: z.string().optional(),
});

/** What `distro_const catalogue --json` prints. */
export const catalogueAnswer = z.object({
  ...edition.shape,
  /** How many packages there are. */
  count: z.number(),
  /** Path on the host of the catalogue's text, `src-shared/packages/catalogue.ts`. The same revision has the same bytes. */
  file: z.string(),
  bytes,
});

/** A package that would be in the image. */
const resolvedPackage = z.object({
  name: z.string(),
  version: z.string(),
  /** Bytes on the disk; missing where the repository does not have the size. */
  installedSize: bytes.optional(),
  /** Bytes to fetch; missing where the repository does not have the size. */
  downloadSize: bytes.optional(),
  /** `named`: the manifest names it. `base`: every image has it. `pulled`: another one needs it. */
  why: z.enum(['named', 'base', 'pulled']),
  /** The entry of the manifest that names it, where that is another name: a virtual one, a pattern, one with a version. */
  entry: z.string().optional(),
  /** Names of the packages of the answer that it needs. */
  needs: z.array(z.string()),
});

/** Why an entry of the package list cannot be installed. */
const packageProblem = z.object({
  /** The entry, as the manifest has it. */
  name: z.string(),
  kind: z.enum(['unknown', 'virtual', 'conflict', 'other']),
  /** A sentence. */
  message: z.string(),
  /** Names to use instead, best first. */
  instead: z.array(z.string()),
});

/** What `distro_const resolve --json` prints. Entries with a problem are left out of `packages`, and so is what only they need. */
export const resolveAnswer = z.object({
  ...edition.shape,
  packages: z.array(resolvedPackage),
  problems: z.array(packageProblem),
  /** Sentences about what the answer lacks compared with an installer. */
  notes: z.array(z.string()),
});

/** What `distro_const show --json` prints. */
export const packageDetails = z.object({
  name: z.string(),
  version: z.string(),
  /** All versions in the repositories, newest first, with the repository. */
  versions: z.array(z.object({ version: z.string(), from: z.string() })),
  section: z.string(),
  summary: z.string(),
  /** Paragraphs with a blank line between. */
  description: z.string(),
  homepage: z.string().optional(),
  installedSize: bytes.optional(),
  downloadSize: bytes.optional(),
  provides: z.array(z.string()),
  /** One line for each need, as the repository writes it: `libc6 (>= 2.36)`, `a | b`. */
  depends: z.array(z.string()),
  recommends: z.array(z.string()),
  conflicts: z.array(z.string()),
});

/** A package that is in an image. */
const installedPackage = z.object({ name: z.string(), version: z.string() });

/** What `distro_const installed --json` prints. */
export const installedAnswer = z.object({
  /** The run or the checkpoint. */
  of: z.string(),
  packages: z.array(installedPackage),
});

/** What `distro_const installed --files --json` prints. */
export const filesAnswer = z.object({
  /** The checkpoint. */
  of: z.string(),
  /** Files and folders, as absolute paths in the image. */
  files: z.array(z.string()),
});

export type Edition = z.output<typeof edition>;
export type CatalogueAnswer = z.output<typeof catalogueAnswer>;
export type ResolvedPackage = z.output<typeof resolvedPackage>;
export type PackageProblem = z.output<typeof packageProblem>;
export type ResolveAnswer = z.output<typeof resolveAnswer>;
export type PackageDetails = z.output<typeof packageDetails>;
export type InstalledPackage = z.output<typeof installedPackage>;
export type InstalledAnswer = z.output<typeof installedAnswer>;
/** What `installed --files PACKAGE` prints. */
export type FilesAnswer = z.output<typeof filesAnswer>;
