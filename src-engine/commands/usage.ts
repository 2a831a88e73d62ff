/** The usage text of contract 1.2, to the byte. */
const BUILD_USAGE = `
Usage:
    distro_const build -R [-d] <manifest-file>
    distro_const build -r [-d] <step name or number> <manifest-file>
    distro_const build -p [-d] <step name or number> <manifest-file>
    distro_const build -l [-d] <manifest-file>
    
`;

/** What the options of `build` mean; the usage above is the original's and does not say it. */
export const BUILD_OPTIONS: readonly (readonly [option: string, meaning: string])[] = [
  ['-R', 'resume where the last build stopped'],
  ['-r STEP', 'roll back to before STEP, and run it and the rest'],
  ['-p STEP', 'stop before STEP, with its checkpoint taken'],
  ['-l', 'list the steps, and which of them can be resumed; nothing runs'],
  ['-d', 'print on standard output what steps ask of the manifest'],
  ['-h', 'show the usage'],
];

/** Prints the given lines and the usage text on stderr; exit status 2. */
export function usageError(...lines: readonly string[]): number {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.stderr.write(BUILD_USAGE);
  return 2;
}

/** What `distro_const help` prints: every subcommand on a line. `-h` is the original's and prints its usage. */
export const HELP: readonly string[] = [
  'distro_const build [-R] [-r STEP] [-p STEP] [-l] [-d] MANIFEST   build, resume, pause, list steps',
  'distro_const status MANIFEST                  who holds the build area, runs, where a build can resume',
  'distro_const checkpoints MANIFEST             each checkpoint, and whether it still fits the manifest',
  'distro_const plan [-R | -r STEP] [-p STEP] MANIFEST   what a build would keep, run and discard',
  "distro_const follow [--run RUN] [--from OFFSET] MANIFEST   a run's journal, live",
  'distro_const pause [--none] MANIFEST [STEP]   moves the pause of the running build',
  'distro_const cancel MANIFEST                  stops the running build and all it started',
  'distro_const diff MANIFEST STEP [STEP]        what changed between checkpoints, or since one',
  'distro_const ls MANIFEST STEP [PATH]          what is in a checkpoint',
  'distro_const cat [--bytes N] MANIFEST STEP PATH   a file of a checkpoint',
  'distro_const shell MANIFEST STEP              a shell in a read-only view of a checkpoint',
  'distro_const prune [--stale] [--from STEP] [--yes] MANIFEST   remove checkpoints; lists them without --yes',
  'distro_const media [--checksum NAME] MANIFEST   finished images, or the SHA-256 of one',
  'distro_const boot-test [--firmware bios|uefi] [--timeout SECONDS] [--screenshot FILE] MANIFEST NAME   boots an image',
  'distro_const catalogue [--refresh] MANIFEST   what its repositories have, and of when',
  'distro_const search [--limit N] MANIFEST WORD...   packages that its repositories have, the best first',
  'distro_const show MANIFEST PACKAGE            everything that its repositories say of a package',
  'distro_const resolve [--refresh] MANIFEST     what its packages bring with them, and how large that is',
  'distro_const installed MANIFEST [WHAT [WHAT]]   packages in the image; WHAT is a STEP, a run, or resolved; two are compared',
  'distro_const installed --files PACKAGE MANIFEST   files that a package put into the image',
  'distro_const query [-k] MANIFEST NODEPATH...  values, as ManifestRead prints them',
  'distro_const validate MANIFEST                every problem with file, line and column',
  'distro_const doctor [MANIFEST]                what this host can do, what is missing, and what to do about it',
  'distro_const doctor --rights [--user NAME] MANIFEST   lines that let an account build it, to be reviewed',
  'distro_const support [--to FILE] MANIFEST     versions, doctor report, manifest, journals and logs in one file, without secrets',
  'All but build, cat, shell and help take --json. A STEP is a checkpoint name, or a number from 0.',
];
