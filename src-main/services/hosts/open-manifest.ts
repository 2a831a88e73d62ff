import { makeFolders, mkdir, writeFile } from '../../system/files';
import { dirname, join } from 'node:path';
import { basename, dirname as dirnameOnHost, join as onHost } from 'node:path/posix';
import { AppError } from '../../../src-shared/errors';
import { decodeManifest, MAX_BYTES } from '../../../src-shared/manifest/source';
import { scriptsNamedIn } from '../../documents/named-scripts';
import { lockNameOf } from '../../../src-shared/packages/lock-name';
import type { Transport } from '../../transport/transport';
import { isDocumentPath } from '../../files/inside';
import { explainFailure } from '../../../src-shared/explain-failure';

const MAX_SCRIPTS = 500;
const MAX_SCRIPTS_BYTES = 64 * 1024 * 1024;

/**
 * Copies a manifest of a host, byte for byte, to a new folder of this computer, with its lock and the scripts that it names relative to its folder.
 * Scripts that it names by absolute paths are the host's, and stay there. Returns the copy's path. Throws `missing`, or `manifest` for
 * a file that is too large.
 *
 * @param documents the folder where the new one is made
 */
export async function openRemoteManifest(transport: Transport, path: string, documents: string): Promise<string> {
  const bytes = await transport.readFile(path, 0, MAX_BYTES + 1);
  if (bytes.length > MAX_BYTES)
    throw new AppError('manifest', `${path} is too large to be a manifest.`, 'Choose a manifest.xml.');
  const name = basename(path, '.xml');
  const scripts = new Map<string, Buffer>();
  let named = 0;
  let size = 0;
  for (const script of scriptsNamedIn(decodeManifest(bytes))) {
    // The host names the files: none is hidden, and none leaves the new folder.
    if (!isDocumentPath(script) || script === 'manifest.xml' || ++named > MAX_SCRIPTS) continue;
    const text = await transport.readFile(onHost(dirnameOnHost(path), script), 0, MAX_BYTES).catch(unlessLost);
    if (!text) continue;
    size += text.length;
    if (size > MAX_SCRIPTS_BYTES)
      throw new AppError('refused', `The scripts of ${path} have more than 64 MiB.`, 'Open it on the host itself.');
    scripts.set(script, text);
  }
  const lock = await transport.readFile(lockNameOf(path), 0, MAX_BYTES).catch(unlessLost);
  // Made after everything was read, so that a lost connection leaves no part of a document.
  const folder = await freshFolder(
    documents,
    folderName(name === 'manifest' ? basename(dirnameOnHost(path)) || name : name),
  );
  for (const [script, text] of scripts) {
    const copy = join(folder, script);
    await makeFolders(dirname(copy));
    await writeFile(copy, text, { mode: 0o777, flag: 'wx' });
  }
  const copy = join(folder, 'manifest.xml');
  if (lock) await writeFile(lockNameOf(copy), lock, { flag: 'wx' });
  await writeFile(copy, bytes, { flag: 'wx' });
  return copy;
}

/** A script that cannot be read on the host is left out, and the checks of the copy report it. Throws when the connection is lost. */
function unlessLost(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'unreachable') throw error;
  return undefined;
}

/** A name of the host, as a folder here: no control characters, and not hidden. */
const folderName = (name: string): string =>
  name
    .replace(/[\p{Cc}\p{Bidi_Control}/\\]/gu, '')
    .replace(/^\.+/, '')
    .slice(0, 100) || 'manifest';

/** A folder that was not there: the name, or the name with a number. */
async function freshFolder(parent: string, name: string): Promise<string> {
  await makeFolders(parent);
  for (let number = 1; ; number++) {
    const folder = join(parent, number === 1 ? name : `${name}-${number}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST')
        throw new AppError(
          'refused',
          `${folder} cannot be created: ${explainFailure(code, message)}.`,
          'Free some space, or choose another folder for documents.',
        );
    }
  }
}
