// `npm run demo`: builds the tiny-linux sample in the terminal, pauses before its boot menu is made, shows the steps, resumes, and ends
// with the path of the ISO.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root, setUp } from './set-up.mjs';

const { missing } = setUp('build');
if (missing.length > 0) process.exit(1); // set-up has said what to install

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
const say = (text = '') => process.stdout.write(`${text}\n`);

/** Runs `distro_const` and draws the steps as its banners come by. */
function distroConst(...words) {
  say(`\n$ distro_const ${words.join(' ')}`);
  return new Promise((resolve) => {
    const child = spawn('distro_const', words, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
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
    say(process.stdout.isTTY ? `\r${text}` : text);
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
      if (kind !== '====') return say(`  ⏸ ${name.padEnd(12)} paused before it; its checkpoint is taken`);
      running = { name, message, since: Date.now() };
      if (process.stdout.isTTY) process.stdout.write(`  … ${name.padEnd(12)} ${message}`);
    },
    end(ok) {
      finish(ok ? '✓' : '✗');
      if (!ok) say(log.slice(-20).join('\n'));
    },
  };
}

/** Shows what `-l` prints. */
async function list() {
  say('\n$ distro_const build -l manifest.xml');
  const child = spawn('distro_const', ['build', '-l', 'manifest.xml'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 1],
  });
  return new Promise((resolve) => child.on('close', resolve));
}

function failed(code) {
  say(`\nThe build stopped with status ${code}. Everything up to the step that failed is kept. In ${folder}:`);
  say(`  mend the step in scripts/, then: ${join(root, 'out/bin/distro_const')} build -R manifest.xml`);
  process.exit(1);
}

say(`Building the sample image tiny-linux, first up to ${PAUSE}.`);
const paused = await distroConst('build', '-p', PAUSE, 'manifest.xml');
if (paused !== 0) failed(paused);
await list();
say('\nResuming from the checkpoint before it.');
const done = await distroConst('build', '-R', 'manifest.xml');
if (done !== 0) failed(done);
const media = join(area, 'media');
const iso = existsSync(media) ? readdirSync(media).find((name) => name.endsWith('.iso')) : undefined;
if (!iso) failed('no ISO');
say(`\nThe image is ready: ${join(media, iso)}`);
say(
  `Edit ${join(folder, 'scripts', PAUSE)} and run "distro_const build -r ${PAUSE} manifest.xml" there: only what follows runs again.`,
);
