// `npm test`: sets the checkout up, then runs the checks and every suite, and ends with "N passed, N failed, N skipped".
// Skips are listed with their reasons: a machine without ZFS cannot show what ZFS shows.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, setUp } from '../src-main/launch/set-up.mjs';

setUp('test');

const total = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];
const out = mkdtempSync(join(tmpdir(), 'slipway-test-'));

/** Runs one command as one check. */
function check(name, command, ...args) {
  const started = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  total[status === 0 ? 'passed' : 'failed']++;
  process.stdout.write(`${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${seconds(started)}\n`);
}

/** Runs one Vitest project and counts its tests. A suite that breaks before it counts is one failure. */
async function suite(project) {
  const started = Date.now();
  const report = join(out, `${project}.json`);
  const args = [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const child = spawn('npx', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const status = await new Promise((resolve) => child.on('close', resolve));
  process.stdout.write(output);
  process.stdout.write(`suite ${project}: ${seconds(started)}\n`);
  let counted;
  try {
    counted = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    total.failed++;
    return;
  }
  total.passed += counted.numPassedTests;
  total.failed += counted.numFailedTests;
  total.skipped += counted.numPendingTests + counted.numTodoTests;
  if (status !== 0 && counted.numFailedTests === 0) total.failed++;
  for (const file of counted.testResults)
    for (const test of file.assertionResults)
      if (!['passed', 'failed'].includes(test.status)) skipped.push(`${project}: ${test.fullName}`);
}

/** Runs suites one after the other. */
async function inTurn(...projects) {
  for (const project of projects) await suite(project);
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

check('format', 'npx', 'prettier', '--check', '--log-level', 'warn', '.');
check('lint and import rules', 'npx', 'eslint', '.');
check('types', 'npm', 'run', '--silent', 'types');
check('build', 'npm', 'run', '--silent', 'build');
const chosen = process.argv.slice(2);
if (chosen.length > 0) await inTurn(...chosen);
else {
  await suite('unit');
  // Alone: it measures frames and answers.
  await suite('e2e');
  // The recordings mostly wait; image builds and boots mostly compute.
  await Promise.all([inTurn('golden'), inTurn('conformance', 'hosts', 'slow')]);
}
rmSync(out, { recursive: true, force: true });

for (const name of skipped) process.stdout.write(`skipped  ${name}\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
