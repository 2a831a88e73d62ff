// `npm run check`: format, lint, types and unit tests side by side. A part's output is printed when it fails, failed parts are
// named last, and the exit status is then 1.
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { root } from '../launch/set-up.mjs';
import { nodeTool } from './node-tool.mjs';

/**
 * Parts in one lane run in turn. Unit tests often wait for other processes, so the other lane runs beside them.
 * Arguments of this program are for Vitest, for instance the path of a test.
 */
const LANES = [
  [['unit tests', 'vitest', 'run', '--project', 'unit', ...process.argv.slice(2)]],
  [
    ['format', 'prettier', '--check', '--cache', '--log-level', 'warn', '.'],
    [
      'lint and import rules',
      'eslint',
      '.',
      '--cache',
      '--cache-strategy',
      'content',
      '--cache-location',
      'node_modules/.cache/eslint/',
    ],
    ['types', 'npm', 'run', '--silent', 'types'],
  ],
];

const failed = [];

/** Runs one part to its end. */
async function run([name, ...argv]) {
  const started = Date.now();
  const command = argv[0] === 'npm' ? argv : nodeTool(...argv);
  const child = spawn(command[0], command.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const status = await new Promise((resolve) =>
    child.on('close', resolve).on('error', (error) => resolve(error.message)),
  );
  const isGood = status === 0;
  if (!isGood) failed.push(`${name} (${argv.join(' ')} ended with ${status})`);
  const counts = stripVTControlCharacters(output).match(/^ +(Test Files|Tests) .*$/gm) ?? [];
  const shown = isGood ? counts.map((line) => `${line}\n`).join('') : output;
  process.stdout.write(
    `${shown}${isGood ? 'ok' : 'FAILED'}  ${name}  ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
  );
}

await Promise.all(
  LANES.map(async (parts) => {
    for (const part of parts) await run(part);
  }),
);
for (const part of failed) process.stdout.write(`FAILED  ${part}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
