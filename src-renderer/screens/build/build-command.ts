import { quoteCommand } from '../../../src-shared/shell-quote';

/** A build as the window would start it. */
interface Wanted {
  /** Without it the build is from the beginning. */
  readonly resume?: string | undefined;
  readonly pause?: string | undefined;
  /** Whether the build makes a line and keeps the present one. */
  readonly fork?: boolean | undefined;
  /** The path of the manifest. The command is for its folder. */
  readonly manifest: string;
}

/** The command line of a build, which keeps and discards the same as the window. */
export function buildCommand({ resume, pause, fork, manifest }: Wanted): string {
  return commandOf(
    manifest,
    ...(fork === true ? ['--fork'] : []),
    ...(resume === undefined ? [] : ['-r', resume]),
    ...(pause === undefined ? [] : ['-p', pause]),
  );
}

/** The command line that lets the engine decide where to go on. Without `--fork` it discards later checkpoints of the line that it resumes on. */
export function continueCommand({ fork, manifest }: Pick<Wanted, 'fork' | 'manifest'>): string {
  return commandOf(manifest, '--continue', ...(fork === true ? ['--fork'] : []));
}

const commandOf = (manifest: string, ...options: readonly string[]): string =>
  quoteCommand(['distro_const', 'build', ...options, manifest.split('/').at(-1) ?? '']);
