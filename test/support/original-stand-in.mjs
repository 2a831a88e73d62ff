// Stands in for the original `distro_const` in tests: `build` with its four options, its order of actions, and the lines that recorded
// runs of it have. It has the original's defects as well (contract 9): it ignores what its helpers report, has no lock, creates the
// area's folders at each call, and leaves its socket behind when a signal ends it.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

const out = (text) => process.stderr.write(`${text}\n`);
const end = (code, ...lines) => {
  for (const line of lines) out(line);
  process.exit(code);
};
const zfs = (...argv) => spawnSync('zfs', argv, { encoding: 'utf8' });

const [subcommand, ...rest] = process.argv.slice(2);
if (subcommand !== 'build') end(2, 'Invalid or missing subcommand');
const options = {};
while (rest[0]?.startsWith('-')) {
  const letter = rest.shift().slice(1);
  options[letter] = letter === 'r' || letter === 'p' ? rest.shift() : true;
}
const [file = ''] = rest;
const text = readFileSync(file, 'utf8');
const steps = [...text.matchAll(/<script name="([^"]*)">\s*<checkpoint name="([^"]*)"(?: message="([^"]*)")?/g)].map(
  ([, script, name, message]) => ({ script, name, message: message ?? `Executing ${script}` }),
);
const area = /<build_area>([^<]*)</.exec(text)?.[1] ?? '';
const [, resumeFrom, flag = 'true'] = /<checkpoint_enable(?: resume_from="([^"]*)")?>([^<]*)</.exec(text) ?? [];
const stopsOnError = !/<stop_on_error>false/.test(text);
const isDataset = !area.startsWith('/');
const checkpoints = isDataset && flag.trim().toLowerCase() !== 'false';

if (isDataset)
  for (const name of [area, `${area}/build_data`]) if (zfs('list', name).status !== 0) zfs('create', '-p', name);
const path = isDataset ? zfs('get', '-H', '-o', 'value', 'mountpoint', area).stdout.trim() : area;
const data = join(path, 'build_data');
const folders = ['pkg_image', 'tmp', 'boot_archive'].map((name) => join(data, name));
for (const folder of [...folders, join(path, 'media'), join(path, 'logs')]) mkdirSync(folder, { recursive: true });
if (checkpoints && zfs('list', `${area}/build_data@empty`).status !== 0) zfs('snapshot', `${area}/build_data@empty`);

const has = ({ name }) => zfs('list', `${area}/build_data@.step_${name}`).status === 0;
const gap = checkpoints ? steps.findIndex((step) => !has(step)) : 0;
const latest = (gap < 0 ? steps.length : gap) - 1;
const indexOf = (wanted) => {
  if (wanted === undefined) return -1;
  if (!checkpoints) end(1, 'Checkpointing is not available', 'Rerun the build without -r');
  const byName = steps.findIndex(({ name }) => name === wanted);
  const index = byName < 0 && /^[0-9]+$/.test(wanted) ? Number(wanted) : byName;
  if (index < 0 || index >= steps.length)
    end(1, `An invalid step (${wanted}) was specified.`, 'Valid step names are: ', ...steps.map(({ name }) => name));
  return index;
};
const [resume, pause] = [indexOf(options.r ?? resumeFrom), indexOf(options.p)];
if (options.l)
  end(
    0,
    '',
    'Step           Resumable Description',
    '-------------- --------- -------------',
    ...steps.map(
      ({ name, message }, at) => name.padEnd(15) + (at <= latest ? '    X     ' : ' '.repeat(10)) + message.padEnd(10),
    ),
  );
if (resume > latest) end(1, 'You must specify an earlier step to resume at.');
if (pause >= 0 && pause <= resume) end(1, 'The resume step must be earlier than the pause step.');
const stateFile = ({ name }) => join(path, `.step_${name}`);
if (resume > 0) {
  const compared = steps.slice(0, resume + 1);
  const missing = compared.find((step) => !existsSync(stateFile(step)));
  if (missing)
    end(
      1,
      'Traceback (most recent call last):',
      '  File "/usr/bin/distro_const", line 900, in <module>',
      `OSError: [Errno 2] No such file or directory: '${stateFile(missing)}'`,
    );
  const changed = compared.filter((step) => readFileSync(stateFile(step), 'utf8') !== text);
  if (changed.length > 0)
    out(
      `WARNING: The manifest file, ${file}, has changed \nsince Step(s)  ${changed.map(({ name }) => name).join(' ')} was generated.\nResults may be indeterminate.`,
    );
}
for (const step of checkpoints ? steps.slice(resume > 0 ? resume + 1 : 0) : []) {
  zfs('destroy', `${area}/build_data@.step_${step.name}`);
  rmSync(stateFile(step), { force: true });
}

const stamp = execFileSync('date', ['+%Y-%m-%d-%H-%M-%S'], { encoding: 'utf8' }).trim();
const [simple, detail] = ['simple', 'detail'].map((kind) => join(path, 'logs', `${kind}-log-${stamp}`));
// The original has its log open from the first line to the last.
const held = openSync(detail, 'a');
const logged = (line) => writeSync(held, `${line}\n`);
const info = (line) => {
  out(line);
  appendFileSync(simple, `${line}\n`);
  logged(line);
};
const socket = `/tmp/ManifestServ.${process.pid}`;
const server = createServer().listen(socket);
const asctime = () =>
  execFileSync('date', ['+%a %b %e %H:%M:%S %Y'], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).trim();

info(`Build started ${asctime()}`);
info('Distribution name: sample');
if (isDataset) info(`Build Area dataset: ${area}`);
info(`Build Area mount point: ${path}`);
if (checkpoints && resume <= 0) zfs('rollback', '-r', `${area}/build_data@empty`);
for (const folder of folders) mkdirSync(folder, { recursive: true });
const standard = [socket, ...folders, join(path, 'media')];

/** Runs a helper: what it prints goes to the logs, and its banner follows whatever happened. */
function helper(name, more, banner, ...actions) {
  const line = `exec command: /usr/share/distro_const/${name} ${[...standard, ...more].join(' ')} ${banner}`;
  logged(line);
  if (line.length > 200) logged('');
  for (const action of actions) {
    const { stderr = '' } = action() ?? {};
    for (const one of stderr.split('\n').filter(Boolean)) info(one);
  }
  info(banner);
}

async function run({ script }) {
  const file = script.startsWith('/') ? script : join(dirname(process.argv.at(-1)), script);
  logged(`exec command: ${script} ${standard.join(' ')}`);
  const child = spawn(file, standard, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = (stream, take) => {
    let left = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      const parts = (left + chunk).split('\n');
      left = parts.pop();
      for (const part of parts) take(part);
    });
  };
  lines(child.stdout, logged);
  lines(child.stderr, info);
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) info(`Child returned err ${code}`);
  return code === 0;
}

let isGood = true;
for (const [at, step] of steps.entries()) {
  if (at < resume) continue;
  const snapshot = `${area}/build_data@.step_${step.name}`;
  const banner = `${at === pause ? 'Stopping at' : '===='} ${step.name}: ${step.message} `;
  if (checkpoints && at === resume && resume > 0)
    helper('finalizer_rollback.py', [snapshot], banner, () => zfs('rollback', '-r', snapshot));
  else if (checkpoints)
    helper(
      'finalizer_checkpoint.py',
      [file, stateFile(step), snapshot],
      banner,
      () => zfs('snapshot', snapshot),
      () => copyFileSync(file, stateFile(step)),
    );
  if (at === pause) break;
  isGood = (await run(step)) && isGood;
  if (!isGood && stopsOnError) break;
}
info(`Build completed ${asctime()}`);
info(isGood ? 'Build is successful.' : 'Build failed.');
closeSync(held);
server.close();
process.exit(isGood ? 0 : 1);
