// `npm start`: sets the checkout up and opens the designer, in Electron where there is a display and a binary,
// otherwise as a page in the browser. Arguments after `--` are passed on: the path of a manifest, and in browser mode
// `--port N`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { electronBinary } from './electron-binary.mjs';
import { root, setUp } from './set-up.mjs';

setUp('start'); // what a build host lacks is reported there; composing needs none of it

const args = process.argv.slice(2);
const wantsPage = args.some((arg) => /^--port(=|$)/.test(arg));
const electron = hasDisplay() && !wantsPage ? electronBinary() : undefined;
if (electron) {
  const flags = [];
  if (process.getuid?.() === 0) {
    process.stderr.write('Running as root: Chromium has no sandbox then.\n');
    flags.push('--no-sandbox');
  }
  run(electron.program, [...flags, root, ...args]);
} else {
  const why = wantsPage ? 'A port is given' : hasDisplay() ? 'There is no Electron binary' : 'There is no display';
  process.stderr.write(`${why}: the designer opens as a page. Open this address in a browser of this computer:\n`);
  run(process.execPath, [join(root, 'out/main/serve-web.cjs'), ...(hasDisplay() ? ['--open'] : []), ...args]);
}

function hasDisplay() {
  return process.platform === 'darwin' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function run(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}
