import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './set-up.mjs';

/**
 * The timeout of the download. npm does not install Electron's own program, which is fetched at the first use. Without
 * a network the user must not wait for it.
 */
const DOWNLOAD_TIMEOUT_MS = 60_000;

const folder = join(root, 'node_modules/electron');

/** Electron's official runtime: its folder and its program, fetched once. `undefined` when it is not available. */
export function electronBinary() {
  const found = find();
  if (found || process.env.ELECTRON_OVERRIDE_DIST_PATH || !existsSync(join(folder, 'install.js'))) return found;
  process.stderr.write('Fetching Electron...\n');
  spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: DOWNLOAD_TIMEOUT_MS });
  return find();
}

function find() {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH || join(folder, 'dist');
  const name = existsSync(join(folder, 'path.txt')) ? readFileSync(join(folder, 'path.txt'), 'utf8') : 'electron';
  const program = join(dist, name);
  return existsSync(program) ? { dist, program } : undefined;
}
