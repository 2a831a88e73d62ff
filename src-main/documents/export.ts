import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { absent, makeFolders, mkdtemp, readdir, readFile, rm, stat, writeFile } from '../system/files';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../src-shared/errors';
import { interpretManifest } from '../../src-shared/manifest/interpret';
import { encodeAsDeclared, isEncoding } from '../../src-shared/manifest/encode';
import type { Manifest } from '../../src-shared/manifest/model';
import { lockNameOf } from '../../src-shared/packages/lock-name';
import { quoteCommand, quoteArgument } from '../../src-shared/shell-quote';
import { removedOnFailure } from '../files/made';
import { documentFiles } from './document-files';
import { explainFailure } from '../../src-shared/explain-failure';

/** The last part of the messages of tar, in UTF-16 units. */
const MAX_TAIL = 2000;

/** Files that every export has. */
const OURS = new Set(['manifest.xml', 'README.txt', 'SHA256SUMS']);

/** The document, and the target of the export. */
export interface ExportRequest {
  readonly path: string;
  readonly source: string;
  readonly encoding: string;
  readonly to: string;
  readonly format: 'folder' | 'tar.gz';
}

/**
 * Writes what the original command needs: `manifest.xml`, `scripts/` with their run bits, checksums, and the exact commands. The same
 * document gives the same bytes. Throws `AppError('refused')` when the target exists or cannot be written.
 */
export async function exportDocument(request: ExportRequest): Promise<{ path: string; files: string[] }> {
  const to = resolve(request.to);
  if (await isTaken(to, request.format))
    throw new AppError('refused', `${to} already exists.`, 'Choose another folder, or remove it.');
  if (to.startsWith(join(dirname(resolve(request.path)), 'scripts') + sep))
    throw new AppError('refused', `${to} is among the scripts of this manifest.`, 'Choose another folder.');
  const manifest = interpretManifest(request.source, { now: new Date() }).manifest;
  try {
    const write = request.format === 'folder' ? fill : pack;
    return { path: to, files: await removedOnFailure(to, () => write(to, request, manifest)) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError(
      'refused',
      `${to} cannot be written: ${explainFailure(code, message)}.`,
      'Choose another folder.',
    );
  }
}

/** Whether the target is an empty folder. Anything else is not overwritten. */
async function isTaken(to: string, format: ExportRequest['format']): Promise<boolean> {
  const found = await stat(to).catch(absent);
  if (!found) return false;
  if (format === 'tar.gz' || !found.isDirectory()) return true;
  return (await readdir(to)).length > 0;
}

/** Writes the export as one file. An incomplete one is removed. */
async function pack(to: string, request: ExportRequest, manifest: Manifest): Promise<string[]> {
  const temporary = await mkdtemp(join(tmpdir(), 'slipway-export-'));
  try {
    const name = basename(to).replace(/\.tar\.gz$/, '');
    const files = await fill(join(temporary, name), request, manifest);
    await makeFolders(dirname(to));
    const order = [
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=u=rwX,go=rX',
      '--format=gnu',
    ];
    await writeArchive(to, ['tar', [...order, '-czf', '-', '-C', temporary, name]]);
    return files;
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Writes the output of tar(1) to a new file: an error of writing is the system's and not a message of tar. */
async function writeArchive(to: string, [command, argv]: readonly [string, readonly string[]]): Promise<void> {
  const tar = spawn(command, argv, { env: { ...process.env, GZIP: '-n' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  tar.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = `${stderr}${text}`.slice(-MAX_TAIL)));
  const ended = once(tar, 'close') as Promise<[number | null]>;
  // Awaited below. An earlier error must not be an unhandled rejection.
  ended.catch(() => undefined);
  await pipeline(tar.stdout, createWriteStream(to, { flags: 'wx' }));
  const [code] = await ended;
  if (code !== 0) throw new AppError('refused', `${to} cannot be written: ${stderr.trim()}`, 'Choose another folder.');
}

async function fill(folder: string, { path, source, encoding }: ExportRequest, manifest: Manifest): Promise<string[]> {
  if (!isEncoding(encoding))
    throw new AppError('manifest', `The encoding ${encoding} cannot be written.`, 'Save it as UTF-8.');
  await makeFolders(folder);
  await writeFile(join(folder, 'manifest.xml'), encodeAsDeclared(source, encoding));
  const from = dirname(resolve(path));
  const lock = lockNameOf(basename(path));
  const exported: string[] = [];
  for (const { path: file, executable } of await documentFiles(from, source, basename(path))) {
    // The exported manifest has another name.
    const name = file === lock ? lockNameOf('manifest.xml') : file;
    if (OURS.has(name)) throw new AppError('refused', `A script cannot be exported as ${name}.`, 'Rename it.');
    await copyFile(join(from, file), join(folder, name), executable);
    exported.push(name);
  }
  await writeFile(join(folder, 'README.txt'), readme(manifest));
  const files = ['README.txt', 'manifest.xml', ...exported].sort();
  const sums = await Promise.all(files.map(async (file) => `${await sha256(join(folder, file))}  ${file}\n`));
  await writeFile(join(folder, 'SHA256SUMS'), sums.join(''));
  return ['SHA256SUMS', ...files];
}

async function copyFile(from: string, to: string, executable: boolean): Promise<void> {
  await makeFolders(dirname(to));
  await writeFile(to, await readFile(from), { mode: executable ? 0o777 : 0o666 });
}

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** Commands for a shell, with quoted step names. */
function readme({ distributionName, buildArea, steps }: Manifest): string {
  const step = steps[Math.floor(steps.length / 2)]?.name ?? 'STEP';
  const build = (...operands: string[]): string => quoteCommand(['distro_const', 'build', ...operands, 'manifest.xml']);
  const commands = [
    ['sha256sum -c SHA256SUMS', 'nothing was lost on the way'],
    [build(), 'build from the start'],
    [build('-l'), 'list the steps, and where a build can resume'],
    [build('-p', step), 'build, and pause before this step'],
    [build('-r', step), 'resume at the checkpoint before this step'],
    [build('-R'), 'resume where the last build stopped'],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length)) + 3;
  return `${distributionName}

Run these in this folder: steps name their scripts relative to it.

${commands.map(([command, meaning]) => `  ${command.padEnd(width)}# ${meaning}`).join('\n')}

The build area is ${buildArea ?? 'not set'}. Media and logs are in its media/ and logs/.
The steps, in their order: ${steps.map(({ name }) => quoteArgument(name)).join(', ')}.
`;
}
