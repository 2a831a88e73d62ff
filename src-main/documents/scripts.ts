import { absent, chmod, copyFile, isThere, lstat, makeFolders, readdir, readFile, rm, stat } from '../system/files';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import type { ScriptFile } from '../../src-shared/rpc-contract';
import { inside, realFolder } from '../files/inside';
import { assertFolder, assertWritable, versionOf, writeAtomically } from '../files/text-files';
import { locateFinalizer } from './palette';

/** Larger files are listed without their text. */
export const MAX_TEXT_BYTES = 1024 * 1024;
/** Further files are not listed. */
export const MAX_FILES = 500;
const MAX_DEPTH = 4;

/** The files of `scripts/` in a folder and those that steps name elsewhere in it, with their texts: at most 500. */
export async function listScripts(folder: string, named: readonly string[] = []): Promise<ScriptFile[]> {
  const found: ScriptFile[] = [];
  const visit = async (below: string, depth: number): Promise<void> => {
    // A linked folder would show, send and export files from elsewhere.
    const there = await realFolder(folder, below);
    const entries = there === undefined ? [] : ((await readdir(there, { withFileTypes: true }).catch(absent)) ?? []);
    for (const { name } of entries.sort((a, b) => a.name.localeCompare(b.name))) {
      if (found.length >= MAX_FILES || name.startsWith('.')) continue;
      const path = `${below}/${name}`;
      const kind = await lstat(join(folder, path)).catch(absent);
      if (kind?.isDirectory() && depth < MAX_DEPTH) await visit(path, depth + 1);
      else if (kind?.isFile()) found.push(await describe(folder, path));
    }
  };
  await visit('scripts', 1);
  const listed = new Set(found.map(({ path }) => path));
  for (const path of named.filter((name) => !listed.has(name)).slice(0, MAX_FILES - found.length)) {
    const file = await inside(folder, path).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'refused') return undefined;
      throw error;
    });
    const kind = file === undefined ? undefined : await stat(file).catch(absent);
    if (kind?.isFile()) found.push(await describe(folder, path));
  }
  return found;
}

/** Identifies scripts by their names, run bits and texts. */
export function scriptsVersionOf(scripts: readonly ScriptFile[]): string {
  return versionOf(Buffer.from(JSON.stringify(scripts)));
}

/**
 * Makes or replaces a script. The run bit is set as requested; otherwise it is kept, and a new script has it. With `ifMissing`, a file
 * that exists stays and is returned.
 */
export async function writeScript(request: {
  readonly document: string;
  readonly path: string;
  readonly text: string;
  readonly executable?: boolean | undefined;
  readonly ifMissing?: boolean | undefined;
}): Promise<ScriptFile> {
  const folder = dirname(resolve(request.document));
  const file = await inside(folder, request.path);
  const old = await stat(file).catch(absent);
  if (old && !old.isFile()) throw new AppError('refused', `${request.path} is not a file.`, 'Choose another name.');
  if (old && request.ifMissing === true) return describe(folder, request.path);
  await assertWritable(file);
  await assertFolder(folder);
  await makeFolders(dirname(file));
  await writeAtomically(file, request.text, 0o777);
  if (request.executable !== undefined) {
    const { mode } = await stat(file);
    await chmod(file, request.executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111);
  }
  return describe(folder, request.path);
}

/** Removes a script if its text is still `text`. Returns whether it no longer exists; a script with another text stays. */
export async function removeScript(request: {
  readonly document: string;
  readonly path: string;
  readonly text: string;
}): Promise<boolean> {
  const file = await inside(dirname(resolve(request.document)), request.path);
  const kind = await lstat(file).catch(absent);
  if (!kind) return true;
  if (!kind.isFile() || (await readFile(file)).toString('utf8') !== request.text) return false;
  await rm(file);
  return true;
}

/**
 * Copies a finalizer of the palette, its description and its included files to a document's `scripts/`. Existing files must be the same.
 * Returns the files. Throws `AppError('refused')` and copies nothing when one differs.
 */
export async function addFinalizer(resources: string, document: string, id: string): Promise<ScriptFile[]> {
  const folder = dirname(resolve(document));
  const { source, files } = await locateFinalizer(resources, id);
  for (const name of files) {
    const to = await inside(folder, `scripts/${name}`);
    const there = await readFile(to).catch(absent);
    if (there && !there.equals(await readFile(join(source, name))))
      throw new AppError(
        'refused',
        `scripts/${name} already exists and differs from the one of ${id}.`,
        'Rename your script, or add a step that runs it.',
      );
  }
  await assertFolder(folder);
  await makeFolders(join(folder, 'scripts'));
  for (const name of files) {
    const to = join(folder, 'scripts', name);
    if (await isThere(to)) continue;
    await copyFile(join(source, name), to);
    await chmod(to, (await stat(join(source, name))).mode & 0o777);
  }
  return Promise.all(files.map((name) => describe(folder, `scripts/${name}`)));
}

async function describe(folder: string, path: string): Promise<ScriptFile> {
  const file = join(folder, path);
  const { mode, size } = await stat(file);
  const executable = (mode & 0o111) !== 0;
  if (size > MAX_TEXT_BYTES) return { path, executable };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
    return text.includes('\0') ? { path, executable } : { path, executable, text };
  } catch (error) {
    absent(error);
    return { path, executable };
  }
}
