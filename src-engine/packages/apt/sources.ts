import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { Declared } from '../../repositories/named';
import { ifMissing, readIfThere } from '../../system/files';

/** A file for APT's `sources.list.d`. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The APT sources that a build would use, chosen as by the stock finalizer `im-pop`: the host's source files that name
 * the release, and one line for each archive of the manifest.
 *
 * Throws `AppError('missing')` when there are none.
 *
 * @param etc the folder of the host's APT configuration; tests set it
 */
export async function sourceFiles(
  { usesHostApt, suite, components, archives }: Declared & { kind: 'apt' },
  etc = '/etc/apt',
): Promise<SourceFile[]> {
  if (suite === '')
    throw new AppError(
      'missing',
      'Neither the manifest nor /etc/os-release of this host names a release.',
      'Set the key suite in the manifest, for example to bookworm.',
    );
  const own = usesHostApt ? (await hostFiles(etc)).filter(({ text }) => suite === undefined || names(text, suite)) : [];
  if (usesHostApt && own.length === 0)
    throw new AppError(
      'missing',
      `The APT sources of this host (${etc}) have no release ${suite ?? ''}.`,
      "Set the key suite to one they have, or the default repository to an archive's address.",
    );
  const lines = archives.map(
    (archive) => `deb ${hasSuite(archive) ? archive : [archive, suite, ...components].join(' ')}`,
  );
  const files = [...own, ...(lines.length === 0 ? [] : [{ name: 'manifest.list', text: `${lines.join('\n')}\n` }])];
  if (files.length === 0)
    throw new AppError(
      'missing',
      'The manifest names no repository.',
      'Set the default repository: host-apt for the sources of the build host, or the address of an archive.',
    );
  return files;
}

/** A hash of the sources, for the name of their folder. */
export function keyOf(files: readonly SourceFile[]): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
}

async function hostFiles(etc: string): Promise<SourceFile[]> {
  const parts = join(etc, 'sources.list.d');
  const listed = ((await readdir(parts).catch(ifMissing)) ?? [])
    .filter((name) => /^[\w.-]+\.(list|sources)$/.test(name))
    .sort();
  const paths = [join(etc, 'sources.list'), ...listed.map((name) => join(parts, name))];
  const read = async (path: string): Promise<SourceFile[]> => {
    const text = (await readIfThere(path))?.toString('utf8');
    return text === undefined ? [] : [{ name: basename(path), text }];
  };
  return (await Promise.all(paths.map(read))).flat();
}

/** Whether a line other than a comment names a release, its updates or its security fixes. */
function names(text: string, suite: string): boolean {
  return text
    .split('\n')
    .some((line) => !line.trimStart().startsWith('#') && line.split(/\s+/).some((token) => isOf(token, suite)));
}

const isOf = (token: string, suite: string): boolean =>
  token === suite || token.startsWith(`${suite}-`) || token.startsWith(`${suite}/`);

/** Whether an archive line names its own release. */
const hasSuite = (archive: string): boolean => /\s/.test(archive.replace(/^\[[^\]]*\]\s*/, '').trim());
