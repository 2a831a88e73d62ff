import { dirname, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { encodingThatMakes } from '../../src-shared/manifest/encode';
import { decodeManifest, MAX_BYTES } from '../../src-shared/manifest/source';
import type { OpenedDocument } from '../../src-shared/rpc-contract';
import { isWritable, readBounded, versionOf } from '../files/text-files';
import { scriptsNamedIn } from './named-scripts';
import { listScripts, scriptsVersionOf } from './scripts';

/**
 * Reads a manifest and the scripts beside it. Text that is not XML opens too, so that it can be corrected. A file that is not text does not.
 * Throws `AppError`: `missing`, `manifest`.
 */
export async function openDocument(path: string): Promise<OpenedDocument> {
  const absolute = resolve(path);
  const bytes = await readBounded(absolute, MAX_BYTES);
  const source = decode(absolute, bytes);
  if (source.includes('\0'))
    throw new AppError('manifest', `${absolute} is not text: it has zero bytes.`, 'Check that this is the right file.');
  const scripts = await listScripts(dirname(absolute), scriptsNamedIn(source));
  const encoding = encodingThatMakes(bytes, source);
  return {
    path: absolute,
    folder: dirname(absolute),
    source,
    version: versionOf(bytes),
    encoding: encoding ?? 'utf-8',
    // Text that cannot be written in its encoding is shown, and has to be saved under another name.
    readOnly: encoding === undefined || !(await isWritable(absolute)),
    scripts,
    scriptsVersion: scriptsVersionOf(scripts),
  };
}

/** The text of a file. An error names the file. */
function decode(path: string, bytes: Buffer): string {
  try {
    return decodeManifest(bytes);
  } catch (error) {
    throw error instanceof AppError ? new AppError(error.code, `${path}: ${error.message}.`, error.hint) : error;
  }
}
