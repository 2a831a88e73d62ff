import * as z from 'zod';

// Packages in the repositories of a manifest, and the packages that its lists would install: `distro_const catalogue`, `resolve`,
// `show` and `installed` with `--json`, and what the window shows of them.

const bytes = z.number().nonnegative();

/** A repository: its name for messages, and its date. */
const repository = z.object({
  name: z.string().describe("Address and release, or a publisher's address."),
  dated: z.string().optional().describe('When the repository was last changed, by its own date; ISO 8601.'),
});

/** A setting that neither queries nor builds follow. */
const unfollowed = z.object({
  repository: z.string().describe('The repository of the manifest that it belongs to, as the manifest has it.'),
  message: z.string().describe('What is not followed, where it is written, and why.'),
  severity: z
    .enum(['warning', 'error'])
    .optional()
    .describe('`error`: a build fails because of it. Missing: a warning.'),
});

/** The catalogue that an answer was made from. */
export const edition = z.object({
  kind: z.enum(['apt', 'ips']).describe('The kind of repository.'),
  revision: z.string().describe('An opaque string that changes when the content of the repositories does.'),
  fetched: z.string().describe('When it was fetched; ISO 8601.'),
  repositories: z.array(repository).readonly().describe('The repositories of the manifest.'),
  unfollowed: z
    .array(unfollowed)
    .readonly()
    .optional()
    .describe("What of the repositories and of the host's configuration is not followed."),
  trouble: z.string().optional().describe('Why the last refresh failed: the answer is from an older edition.'),
});

/** What `distro_const catalogue --json` prints. */
export const catalogueAnswer = z.object({
  ...edition.shape,
  count: z.number().describe('How many packages there are.'),
  file: z
    .string()
    .describe(
      "Path on the host of the catalogue's text, `src-shared/packages/catalogue.ts`. The same revision has the same bytes.",
    ),
  bytes: bytes.describe('Bytes of that file.'),
});

/** What `distro_const search --json` prints. */
export const searchAnswer = z.object({
  total: z.number().describe('How many packages match.'),
  packages: z
    .array(
      z.object({
        name: z.string(),
        version: z.string(),
        section: z.string().describe('A Debian section or an IPS classification; empty when there is none.'),
        summary: z.string().describe('One line.'),
        installedSize: bytes.optional().describe('Bytes on the disk.'),
        downloadSize: bytes.optional().describe('Bytes to fetch.'),
        provides: z.array(z.string()).describe('Names of virtual packages that it provides.'),
      }),
    )
    .describe('The best of them, the best first.'),
});

/** A package that would be in the image. */
const resolvedPackage = z.object({
  name: z.string(),
  version: z.string(),
  installedSize: bytes.optional().describe('Bytes on the disk; missing where the repository does not have the size.'),
  downloadSize: bytes.optional().describe('Bytes to fetch; missing where the repository does not have the size.'),
  why: z
    .enum(['named', 'base', 'pulled'])
    .describe('`named`: the manifest names it. `base`: every image has it. `pulled`: another one needs it.'),
  entry: z
    .string()
    .optional()
    .describe(
      'The entry of the manifest that names it, where that is another name: a virtual one, a pattern, one with a version.',
    ),
  needs: z.array(z.string()).describe('Names of the packages of the answer that it needs.'),
});

/** Why an entry of the package list cannot be installed. */
const packageProblem = z.object({
  name: z.string().describe('The entry, as the manifest has it.'),
  kind: z.enum(['unknown', 'virtual', 'conflict', 'other']),
  message: z.string().describe('A sentence.'),
  instead: z.array(z.string()).describe('Names to use instead, best first.'),
});

/** What `distro_const resolve --json` prints. */
export const resolveAnswer = z.object({
  ...edition.shape,
  packages: z
    .array(resolvedPackage)
    .describe('The packages that would be in the image, without entries that have a problem and what only they need.'),
  problems: z.array(packageProblem).describe('Entries of the package list that cannot be installed.'),
  notes: z.array(z.string()).describe('Sentences about what the answer lacks compared with an installer.'),
});

/** What `distro_const show --json` prints. */
export const packageDetails = z.object({
  name: z.string(),
  version: z.string(),
  versions: z
    .array(z.object({ version: z.string(), from: z.string() }))
    .describe('All versions in the repositories, newest first, with the repository.'),
  section: z.string().describe('A Debian section or an IPS classification; empty when there is none.'),
  summary: z.string().describe('One line.'),
  description: z.string().describe('Paragraphs with a blank line between.'),
  homepage: z.string().optional(),
  installedSize: bytes.optional().describe('Bytes on the disk.'),
  downloadSize: bytes.optional().describe('Bytes to fetch.'),
  provides: z.array(z.string()).describe('Names of virtual packages that it provides.'),
  depends: z
    .array(z.string())
    .describe('One line for each need, as the repository writes it: `libc6 (>= 2.36)`, `a | b`.'),
  recommends: z.array(z.string()),
  conflicts: z.array(z.string()),
});

const installedPackage = z
  .object({ name: z.string(), version: z.string() })
  .meta({ id: 'InstalledPackage', description: 'A package that is in an image.' });

/** What `distro_const installed --json` prints. */
export const installedAnswer = z.object({
  of: z.string().describe('The run or the checkpoint; `build data` for the tree as it is now.'),
  packages: z.array(installedPackage).describe('The packages.'),
});

/** What `distro_const installed --json MANIFEST WHAT WHAT` prints. */
export const installedDifference = z.object({
  from: z.string().describe('The first run or checkpoint.'),
  to: z.string().describe('The second one.'),
  added: z.array(installedPackage).describe('Packages of the second one only.'),
  removed: z.array(installedPackage).describe('Packages of the first one only.'),
  changed: z
    .array(z.object({ name: z.string(), before: z.string(), after: z.string() }))
    .describe('Packages whose version differs.'),
});

/** What `distro_const installed --files --json` prints. */
export const filesAnswer = z.object({
  of: z.string().describe('The checkpoint; `build data` for the tree as it is now.'),
  files: z.array(z.string()).describe('Files and folders, as absolute paths in the image.'),
});

export type Unfollowed = z.output<typeof unfollowed>;
export type Edition = z.output<typeof edition>;
export type CatalogueAnswer = z.output<typeof catalogueAnswer>;
export type SearchAnswer = z.output<typeof searchAnswer>;
export type ResolvedPackage = z.output<typeof resolvedPackage>;
export type PackageProblem = z.output<typeof packageProblem>;
export type ResolveAnswer = z.output<typeof resolveAnswer>;
export type PackageDetails = z.output<typeof packageDetails>;
export type InstalledPackage = z.output<typeof installedPackage>;
export type InstalledDifference = z.output<typeof installedDifference>;
export type InstalledAnswer = z.output<typeof installedAnswer>;
/** What `installed --files PACKAGE` prints. */
export type FilesAnswer = z.output<typeof filesAnswer>;
