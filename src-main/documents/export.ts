import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../src-shared/errors';
import { applyDefaults } from '../../src-shared/manifest/defaults';
import { encodeManifest, isEncoding } from '../../src-shared/manifest/encode';
import { readManifest, type Manifest } from '../../src-shared/manifest/model';
import { parseManifest } from '../../src-shared/manifest/parse';

/** What is exported where. */
export interface ExportRequest {
  readonly path: string;
  readonly source: string;
  readonly encoding: string;
  readonly to: string;
  readonly format: 'folder' | 'tar.gz';
}

/**
 * Writes what the stock command needs: `manifest.xml`, `scripts/` with their run bits, checksums, and the exact commands. The same
 * document gives the same bytes. Throws `AppError('refused')` when something is there already.
 */
export async function exportDocument(request: ExportRequest): Promise<{ path: string; files: string[] }> {
  const to = resolve(request.to);
  if (existsSync(to) && (request.format === 'tar.gz' || (await readdir(to)).length > 0))
    throw new AppError('refused', `${to} is there already.`, 'Choose another folder, or remove it.');
  const manifest = readManifest(applyDefaults(parseManifest(request.source), { now: new Date() }).tree);
  if (request.format === 'folder') return { path: to, files: await fill(to, request, manifest) };

  const temporary = await mkdtemp(join(tmpdir(), 'slipway-export-'));
  try {
    const name = basename(to).replace(/\.tar\.gz$/, '');
    const files = await fill(join(temporary, name), request, manifest);
    await mkdir(dirname(to), { recursive: true });
    const order = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
    await promisify(execFile)('tar', [...order, '-czf', to, '-C', temporary, name], {
      env: { ...process.env, GZIP: '-n' },
    });
    return { path: to, files };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function fill(folder: string, { path, source, encoding }: ExportRequest, manifest: Manifest): Promise<string[]> {
  if (!isEncoding(encoding))
    throw new AppError('manifest', `the encoding ${encoding} cannot be written`, 'Save it as UTF-8.');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'manifest.xml'), encodeManifest(source, encoding));
  const from = dirname(resolve(path));
  const scripts = await copyScripts(from, folder, 'scripts');
  await writeFile(join(folder, 'README.txt'), readme(manifest));
  const files = ['README.txt', 'manifest.xml', ...scripts].sort();
  const sums = await Promise.all(files.map(async (file) => `${await sha256(join(folder, file))}  ${file}\n`));
  await writeFile(join(folder, 'SHA256SUMS'), sums.join(''));
  return ['SHA256SUMS', ...files];
}

/** Files only: what a link points at may not exist where the export goes. */
async function copyScripts(from: string, to: string, below: string): Promise<string[]> {
  const names = await readdir(join(from, below)).catch(() => []);
  const copied: string[] = [];
  for (const name of names.sort()) {
    const path = `${below}/${name}`;
    const kind = await lstat(join(from, path));
    if (kind.isDirectory()) copied.push(...(await copyScripts(from, to, path)));
    if (!kind.isFile()) continue;
    await mkdir(join(to, below), { recursive: true });
    await writeFile(join(to, path), await readFile(join(from, path)));
    await chmod(join(to, path), (kind.mode & 0o111) === 0 ? 0o644 : 0o755);
    copied.push(path);
  }
  return copied;
}

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

function readme({ distributionName, buildArea, steps }: Manifest): string {
  const step = steps[Math.floor(steps.length / 2)]?.name ?? 'STEP';
  return `${distributionName}

Run these in this folder: steps name their scripts relative to it.

  sha256sum -c SHA256SUMS                    nothing was lost on the way
  distro_const build manifest.xml            build from the start
  distro_const build -l manifest.xml         list the steps, and where a build can resume
  distro_const build -p ${step} manifest.xml   build, and pause before the step ${step}
  distro_const build -r ${step} manifest.xml   resume at the checkpoint before ${step}
  distro_const build -R manifest.xml         resume where the last build stopped

The build area is ${buildArea ?? 'not set'}. Media and logs are in its media/ and logs/.
The steps, in their order: ${steps.map(({ name }) => name).join(', ')}.
`;
}
