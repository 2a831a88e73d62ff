// `npm start`: sets the checkout up and opens the designer, in Electron where there is a display and a binary, otherwise as a page in the
// browser. Words after `--` go on: the path of a manifest, and in browser mode `--port N`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, setUp } from './set-up.mjs';

/** Electron fetches its binary at the first use; without a network that must not keep a person waiting. Milliseconds. */
const DOWNLOAD_PATIENCE = 60_000;

setUp('start'); // what a build host lacks is said there; composing needs none of it

const words = process.argv.slice(2);
const wantsPage = words.some((word) => /^--port(=|$)/.test(word));
const binary = hasDisplay() && !wantsPage ? electronBinary() : undefined;
if (binary) {
  const flags = [];
  if (process.getuid?.() === 0) {
    process.stderr.write('Running as root: Chromium has no sandbox then.\n');
    flags.push('--no-sandbox');
  }
  run(binary, [...flags, root, ...words]);
} else {
  const why = wantsPage ? 'A port is given' : hasDisplay() ? 'There is no Electron binary' : 'There is no display';
  process.stderr.write(`${why}: the designer opens as a page. Open this address in a browser of this computer:\n`);
  run(process.execPath, [join(root, 'out/main/serve-web.cjs'), ...(hasDisplay() ? ['--open'] : []), ...words]);
}

function hasDisplay() {
  return process.platform === 'darwin' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Electron's own binary, fetched once when it can be. */
function electronBinary() {
  const folder = join(root, 'node_modules/electron');
  const find = () => {
    const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist');
    const name = existsSync(join(folder, 'path.txt')) ? readFileSync(join(folder, 'path.txt'), 'utf8') : 'electron';
    return existsSync(join(dist, name)) ? join(dist, name) : undefined;
  };
  const found = find();
  if (found || !existsSync(join(folder, 'install.js'))) return found;
  process.stderr.write('Fetching Electron...\n');
  spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: DOWNLOAD_PATIENCE });
  return find();
}

function run(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}
