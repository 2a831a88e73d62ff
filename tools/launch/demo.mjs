// `npm run demo`: builds the tiny-linux sample in the terminal, pauses before its boot menu is made, shows the steps, resumes, and ends
// with the path of the ISO.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root, setUp } from './set-up.mjs';

const { missing } = setUp('build');
if (missing.length > 0) process.exit(1); // set-up has printed what to install

const PAUSE = 'grub-setup';
const home = join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state'), 'slipway/demo');
const folder = join(home, 'tiny-linux');
const area = join(home, 'area');
rmSync(folder, { recursive: true, force: true });
mkdirSync(home, { recursive: true });
cpSync(join(root, 'resources/templates/tiny-linux'), folder, { recursive: true });
const manifest = join(folder, 'manifest.xml');
writeFileSync(
  manifest,
  readFileSync(manifest, 'utf8').replace(
    /(<build_area>)[^<]*(<\/build_area>)/,
    (_, open, close) => `${open}${area}${close}`,
  ),
);

const env = { ...process.env, PATH: [join(root, 'out/bin'), process.env.PATH].join(delimiter), SLIPWAY_CLIENT: 'demo' };
const print = (text = '') => process.stdout.write(`${text}\n`);

/** Runs `distro_const` and shows its steps from the banners that it prints. */
function distroConst(...args) {
  print(`\n$ distro_const ${args.join(' ')}`);
  return new Promise((resolve) => {
    const child = spawn('distro_const', args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    const draw = stepPainter();
    let rest = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(draw.line);
    });
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
    child.on('close', (code) => {
      draw.end(code === 0);
      resolve(code);
    });
  });
}

/** A step list that grows: the running step's line is replaced by its result. */
function stepPainter() {
  let running;
  const log = [];
  const finish = (mark) => {
    if (!running) return;
    const seconds = ((Date.now() - running.since) / 1000).toFixed(1);
    const text = `  ${mark} ${running.name.padEnd(12)} ${running.message.padEnd(48)} ${seconds.padStart(6)} s`;
    print(process.stdout.isTTY ? `\r${text}` : text);
    running = undefined;
  };
  return {
    line(text) {
      const banner = /^(====|Stopping at) (\S+): (.*?) ?$/.exec(text);
      if (!banner) {
        log.push(text);
        return;
      }
      finish('✓');
      const [, kind, name, message] = banner;
      if (kind !== '====') return print(`  ⏸ ${name.padEnd(12)} paused before it; its checkpoint is taken`);
      running = { name, message, since: Date.now() };
      if (process.stdout.isTTY) process.stdout.write(`  … ${name.padEnd(12)} ${message}`);
    },
    end(ok) {
      finish(ok ? '✓' : '✗');
      if (!ok) print(log.slice(-20).join('\n'));
    },
  };
}

/** Prints the output of `-l`. */
async function list() {
  print('\n$ distro_const build -l manifest.xml');
  const child = spawn('distro_const', ['build', '-l', 'manifest.xml'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 1],
  });
  return new Promise((resolve) => child.on('close', resolve));
}

function failed(code) {
  print(`\nThe build stopped with status ${code}. Everything up to the step that failed is kept. In ${folder}:`);
  print(`  correct the step in scripts/, then: ${join(root, 'out/bin/distro_const')} build -R manifest.xml`);
  process.exit(1);
}

print(`Building the sample image tiny-linux, first up to ${PAUSE}.`);
const paused = await distroConst('build', '-p', PAUSE, 'manifest.xml');
if (paused !== 0) failed(paused);
await list();
print('\nResuming from the checkpoint before it.');
const done = await distroConst('build', '-R', 'manifest.xml');
if (done !== 0) failed(done);
const media = join(area, 'media');
const iso = existsSync(media) ? readdirSync(media).find((name) => name.endsWith('.iso')) : undefined;
if (!iso) failed('no ISO');
print(`\nThe image is ready: ${join(media, iso)}`);
print(
  `Edit ${join(folder, 'scripts', PAUSE)} and run "distro_const build -r ${PAUSE} manifest.xml" there: only what follows runs again.`,
);
