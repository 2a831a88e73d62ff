import { cp, mkdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { encodeAsDeclared, isEncoding, type Encoding } from '../../src-shared/manifest/encode';
import { MAX_BYTES } from '../../src-shared/manifest/source';
import { assertWritable, readBounded, versionOf, writeAtomically } from '../files/text-files';
import { scriptsNamedIn } from './named-scripts';
import { listScripts } from './scripts';

/** What is to be saved where. */
export interface SaveRequest {
  readonly path: string;
  readonly source: string;
  readonly encoding: string;
  /** The version that is expected on disk; `null` overwrites. */
  readonly expected: string | null;
}

/**
 * Writes a manifest if the file still is what was opened. Throws `AppError`: `conflict` when somebody else has changed it, `refused`
 * when it is read-only.
 */
export async function saveDocument({ path, source, encoding, expected }: SaveRequest): Promise<{ version: string }> {
  const bytes = encodeAsDeclared(source, asEncoding(encoding));
  await assertWritable(path);
  if (expected !== null && existsSync(path)) {
    const now = versionOf(await readBounded(path, MAX_BYTES));
    if (now !== expected)
      throw new AppError(
        'conflict',
        `${path} has changed on disk since it was opened.`,
        'Take what is on disk, or overwrite it.',
      );
  }
  await writeAtomically(path, bytes);
  return { version: versionOf(bytes) };
}

/**
 * Writes a manifest elsewhere. In another folder its scripts come along. Throws `AppError('refused')`, with nothing written, when a
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
  const named = scriptsNamedIn(request.source);
  if (`${to}${sep}`.startsWith(`${scripts}${sep}`))
    throw new AppError('refused', `${to} is among the scripts of this manifest.`, 'Choose another folder.');
  if (from !== to) await assertSameScripts(from, to, named);
  try {
    await mkdir(to, { recursive: true });
    if (from !== to && existsSync(scripts))
      await cp(scripts, join(to, 'scripts'), { recursive: true, force: false, preserveTimestamps: true });
    // Steps may name scripts elsewhere in the folder.
    if (from !== to)
      for (const { path: script } of await listScripts(from, named))
        if (!script.startsWith('scripts/'))
          await cp(join(from, script), join(to, script), { force: false, preserveTimestamps: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError('refused', `${to} cannot be written (${code ?? message}).`, 'Choose another folder.');
  }
  await writeAtomically(path, bytes);
  return { path, version: versionOf(bytes) };
}

async function assertSameScripts(from: string, to: string, named: readonly string[]): Promise<void> {
  for (const { path } of await listScripts(from, named)) {
    const [ours, theirs] = await Promise.all(
      [from, to].map((folder) => readFile(join(folder, path)).catch(() => null)),
    );
    if (ours && theirs && !ours.equals(theirs))
      throw new AppError(
        'refused',
        `${join(to, path)} is there already and differs from the script of this manifest.`,
        'Choose another folder, or remove that script.',
      );
  }
}

function asEncoding(name: string): Encoding {
  if (!isEncoding(name)) throw new AppError('manifest', `the encoding ${name} cannot be written`, 'Save it as UTF-8.');
  return name;
}
