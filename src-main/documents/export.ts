import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { absent, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from '../system/files';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../src-shared/errors';
import { interpretManifest } from '../../src-shared/manifest/interpret';
import { encodeAsDeclared, isEncoding } from '../../src-shared/manifest/encode';
import type { Manifest } from '../../src-shared/manifest/model';
import { quoteCommand, quoteArgument } from '../../src-shared/shell-quote';
import { documentFiles } from './document-files';
import { whyNot } from '../files/text-files';

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
    throw new AppError('refused', `${to} exists already.`, 'Choose another folder, or remove it.');
  if (to.startsWith(join(dirname(resolve(request.path)), 'scripts') + sep))
    throw new AppError('refused', `${to} is among the scripts of this manifest.`, 'Choose another folder.');
  const manifest = interpretManifest(request.source, { now: new Date() }).manifest;
  const made = await firstMissing(to);
  try {
    return { path: to, files: await (request.format === 'folder' ? fill : pack)(to, request, manifest) };
  } catch (error) {
    // An incomplete export is removed. A folder that existed before stays, empty as it was.
    if (made !== undefined) await rm(made, { recursive: true, force: true }).catch(() => undefined);
    else if (request.format === 'folder') await empty(to).catch(() => undefined);
    if (error instanceof AppError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError('refused', `${to} cannot be written: ${whyNot(code, message)}.`, 'Choose another folder.');
  }
}

/** The outermost part of a path that does not exist; `undefined` when all of it does. */
async function firstMissing(path: string): Promise<string | undefined> {
  let missing: string | undefined;
  for (let at = path; !(await lstat(at).catch(absent)); at = dirname(at)) {
    missing = at;
    if (dirname(at) === at) break;
  }
  return missing;
}

async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
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
    await mkdir(dirname(to), { recursive: true });
    const order = [
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=u=rwX,go=rX',
      '--format=gnu',
    ];
    await promisify(execFile)('tar', [...order, '-czf', to, '-C', temporary, name], {
      env: { ...process.env, GZIP: '-n' },
    });
    return files;
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function fill(folder: string, { path, source, encoding }: ExportRequest, manifest: Manifest): Promise<string[]> {
  if (!isEncoding(encoding))
    throw new AppError('manifest', `the encoding ${encoding} cannot be written`, 'Save it as UTF-8.');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'manifest.xml'), encodeAsDeclared(source, encoding));
  const from = dirname(resolve(path));
  const scripts = await documentFiles(from, source);
  for (const { path: script, executable } of scripts) {
    if (OURS.has(script)) throw new AppError('refused', `a script cannot be exported as ${script}`, 'Rename it.');
    await copyFile(join(from, script), folder, script, executable);
  }
  await writeFile(join(folder, 'README.txt'), readme(manifest));
  const files = ['README.txt', 'manifest.xml', ...scripts.map((one) => one.path)].sort();
  const sums = await Promise.all(files.map(async (file) => `${await sha256(join(folder, file))}  ${file}\n`));
  await writeFile(join(folder, 'SHA256SUMS'), sums.join(''));
  return ['SHA256SUMS', ...files];
}

async function copyFile(from: string, folder: string, path: string, executable: boolean): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), await readFile(from), { mode: executable ? 0o777 : 0o666 });
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
