import { absent, cp, lstat, makeFolders, readFile, realpath, rm, stat } from '../system/files';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { encodeAsDeclared, isEncoding, type Encoding } from '../../src-shared/manifest/encode';
import { MAX_BYTES } from '../../src-shared/manifest/source';
import { lockNameOf } from '../../src-shared/packages/lock-name';
import { inside } from '../files/inside';
import { removedOnFailure } from '../files/made';
import { changeAlone } from '../files/shared-file';
import { assertFolder, assertWritable, readBounded, versionOf, writeAtomically } from '../files/text-files';
import { documentFiles } from './document-files';
import { explainFailure } from '../../src-shared/explain-failure';

/** The text, and the file to save it to. */
export interface SaveRequest {
  readonly path: string;
  readonly source: string;
  readonly encoding: string;
  /** The version that is expected on disk; `null` overwrites. */
  readonly expected: string | null;
}

/**
 * Writes a manifest if the file is unchanged since it was opened. Throws `AppError`: `conflict` when another program has changed it, `refused`
 * when it is read-only.
 */
export async function saveDocument(
  { path, source, encoding, expected }: SaveRequest,
  locks: string,
): Promise<{ version: string }> {
  const bytes = encodeAsDeclared(source, asEncoding(encoding));
  const version = versionOf(bytes);
  // Comparing and writing are one operation: of two simultaneous saves the second reads the first.
  return changeAlone(locks, await canonical(path), async () => {
    await assertFolder(dirname(resolve(path)));
    await write(path, bytes, expected);
    return { version };
  });
}

async function write(path: string, bytes: Uint8Array, expected: string | null): Promise<void> {
  await assertWritable(path);
  const isStill = await stat(path).catch(absent);
  if (expected !== null && isStill) {
    const now = versionOf(await readBounded(path, MAX_BYTES));
    if (now !== expected)
      throw new AppError(
        'conflict',
        `${path} has changed on disk since it was opened.`,
        'Load the file from disk, or overwrite it.',
      );
  }
  await writeAtomically(path, bytes);
}

/** The same path for a file, through whichever links it is named. */
const canonical = (path: string): Promise<string> =>
  realpath(path).catch((error: unknown) => absent(error) ?? resolve(path));

/**
 * Writes a manifest elsewhere. In another folder its scripts are copied too. Throws `AppError('refused')`, with nothing written, when a
 * script there differs from the one of that name here: the manifest would run the wrong one.
 */
export async function saveDocumentAs(request: {
  readonly from: string;
  readonly path: string;
  readonly source: string;
  readonly encoding: string;
}): Promise<{ path: string; version: string }> {
  const path = resolve(request.path);
  const bytes = encodeAsDeclared(request.source, asEncoding(request.encoding));
  await assertWritable(path);
  const [from, to] = [dirname(resolve(request.from)), dirname(path)];
  const scripts = join(from, 'scripts');
  if (`${to}${sep}`.startsWith(`${scripts}${sep}`))
    throw new AppError('refused', `${to} is among the scripts of this manifest.`, 'Choose another folder.');
  const files = from === to ? [] : await filesToCopy(from, request.source, basename(request.from), basename(path));
  await assertSameScripts(from, to, files);
  const made: string[] = [];
  try {
    await removedOnFailure(to, async () => {
      await makeFolders(to);
      for (const { path: script, name } of files) {
        const copy = await inside(to, name);
        if (await lstat(copy).catch(absent)) continue;
        made.push(copy);
        await makeFolders(dirname(copy));
        await cp(join(from, script), copy, { force: false, preserveTimestamps: true, dereference: true });
      }
      await writeAtomically(path, bytes);
    });
  } catch (error) {
    // The error of the save counts; a copy that stays does no harm.
    for (const copy of made) await rm(copy, { force: true }).catch(() => undefined);
    if (error instanceof AppError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError(
      'refused',
      `${to} cannot be written: ${explainFailure(code, message)}.`,
      'Choose another folder.',
    );
  }
  return { path, version: versionOf(bytes) };
}

/** A file of a document, and its name in the new folder. */
interface FileToCopy {
  readonly path: string;
  readonly name: string;
}

/** The lock has the name of the manifest. */
async function filesToCopy(folder: string, source: string, manifest: string, as: string): Promise<FileToCopy[]> {
  const files = await documentFiles(folder, source, manifest);
  return files.map(({ path }) => ({ path, name: path === lockNameOf(manifest) ? lockNameOf(as) : path }));
}

async function assertSameScripts(from: string, to: string, files: readonly FileToCopy[]): Promise<void> {
  for (const { path, name } of files) {
    const places = [join(from, path), join(to, name)];
    const [ours, theirs] = await Promise.all(places.map((place) => readFile(place).catch(absent)));
    if (ours && theirs && !ours.equals(theirs))
      throw new AppError(
        'refused',
        `${join(to, name)} already exists and differs from the script of this manifest.`,
        'Choose another folder, or remove that script.',
      );
  }
}

function asEncoding(name: string): Encoding {
  if (!isEncoding(name)) throw new AppError('manifest', `The encoding ${name} cannot be written.`, 'Save it as UTF-8.');
  return name;
}
