import { cp, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { encodeManifest, isEncoding, type Encoding } from '../../src-shared/manifest/encode';
import { MAX_BYTES } from '../../src-shared/manifest/source';
import { readBounded, versionOf, writeAtomically } from './files';

/** What is to be saved where. */
export interface SaveRequest {
  readonly path: string;
  readonly source: string;
  readonly encoding: string;
  /** The version that is expected on disk; `null` overwrites. */
  readonly expected: string | null;
}

/** Writes a manifest if the file still is what was opened. Throws `AppError('refused')` when somebody else has changed it. */
export async function saveDocument({ path, source, encoding, expected }: SaveRequest): Promise<{ version: string }> {
  const bytes = encodeManifest(source, asEncoding(encoding));
  if (expected !== null && existsSync(path)) {
    const now = versionOf(await readBounded(path, MAX_BYTES));
    if (now !== expected)
      throw new AppError(
        'refused',
        `${path} has changed on disk since it was opened.`,
        'Take what is on disk, or overwrite it.',
      );
  }
  await writeAtomically(path, bytes);
  return { version: versionOf(bytes) };
}

/** Writes a manifest elsewhere. In another folder its scripts come along; files that are there already are kept. */
export async function saveDocumentAs(request: {
  readonly from: string;
  readonly path: string;
  readonly source: string;
  readonly encoding: string;
}): Promise<{ path: string; version: string }> {
  const path = resolve(request.path);
  const bytes = encodeManifest(request.source, asEncoding(request.encoding));
  const [from, to] = [dirname(resolve(request.from)), dirname(path)];
  await mkdir(to, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('refused', `${to} cannot be made (${error.code ?? error.message}).`, 'Choose another folder.');
  });
  if (from !== to && existsSync(join(from, 'scripts')))
    await cp(join(from, 'scripts'), join(to, 'scripts'), { recursive: true, force: false, preserveTimestamps: true });
  await writeAtomically(path, bytes);
  return { path, version: versionOf(bytes) };
}

function asEncoding(name: string): Encoding {
  if (!isEncoding(name)) throw new AppError('manifest', `the encoding ${name} cannot be written`, 'Save it as UTF-8.');
  return name;
}
