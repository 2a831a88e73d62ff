// `npm test`: sets the checkout up, then runs the checks and every suite, and ends with "N passed, N failed, N skipped".
// Skips, repetitions and failures are listed again last, with the messages of failures: a reader of only the end of a
// long log sees what is wrong.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root, setUp } from '../launch/set-up.mjs';
import { failureMessage } from './failure-message.mjs';
import { nodeTool } from './node-tool.mjs';
import { processorTime, timed } from './processor-time.mjs';
import { runSuite } from './run-suite.mjs';

setUp('test');

const total = { passed: 0, failed: 0, skipped: 0 };
/** The limit on the length of a failed test's message. */
const MAX_LINES = 90;

const skipped = [];
const repeated = [];
const failed = [];
const out = mkdtempSync(join(tmpdir(), 'slipway-test-'));

/** Runs one command as one check, prints its output at its end, and returns whether it succeeded. */
async function check(name, command, ...args) {
  const started = Date.now();
  const times = join(out, `${name}.times`);
  const [program, ...rest] = timed(command === 'npm' ? [command, ...args] : nodeTool(command, ...args), times);
  const child = spawn(program, rest, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const status = await new Promise((resolve) => child.on('close', resolve).on('error', resolve));
  if (status === 0) total.passed++;
  else fail(name, `${command} ${args.join(' ')} ended with ${status}\n${output}`);
  process.stdout.write(
    `${output}${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${seconds(started)}${processorTime(times)}\n`,
  );
  return status === 0;
}

/**
 * Commands that a suite needs, by any of their names. The window's suite needs a browser, a display, and the sample's
 * tools.
 */
const needs = {
  e2e: [
    ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'],
    ['Xvfb'],
    ['cpio'],
    ['grub-mkimage'],
    ['mcopy'],
    ['xorriso'],
  ],
};
const isThere = (command) => spawnSync('which', [command], { stdio: 'ignore' }).status === 0;

/** Runs one Vitest project and counts its tests. A suite that ends before it reports its count is one failure. */
async function suite(project) {
  const lacking = (needs[project] ?? []).filter((names) => !names.some(isThere));
  if (lacking.length > 0) {
    total.skipped++;
    skipped.push(`${project}: all of it (needs ${lacking.map((names) => names.join(' or ')).join(', ')})`);
    return;
  }
  const started = Date.now();
  const report = join(out, `${project}.json`);
  const { status, output, time, hanging } = await runSuite(project, report);
  process.stdout.write(output);
  process.stdout.write(`suite ${project}: ${seconds(started)}${time}\n`);
  if (hanging) {
    fail(project, `did not end; what still ran:\n${hanging.join('\n')}`);
    return;
  }
  let counted;
  try {
    counted = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    fail(project, `ended with ${status} before it had counted its tests`); // no report
    return;
  }
  total.passed += counted.numPassedTests;
  total.skipped += counted.numPendingTests + counted.numTodoTests;
  const before = total.failed;
  for (const file of counted.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'failed') fail(`${project}: ${test.fullName}`, failureMessage(test));
      else if (test.status !== 'passed') skipped.push(`${project}: ${test.fullName}`);
      else if (test.failureMessages.length > 0)
        repeated.push({ name: `${project}: ${test.fullName}`, message: shortened(failureMessage(test)) });
    }
    // A file that could not be loaded, or a hook that failed. The report has no message for a hook.
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
      fail(`${project}: ${relative(root, file.name)}`, file.message || firstFailure(output));
  }
  if (status !== 0 && total.failed === before) fail(project, `ended with ${status}: ${firstFailure(output)}`);
}

/** Counts a failure. */
function fail(name, message) {
  total.failed++;
  failed.push({ name, message: shortened(message) });
}

/** The start of a message, with only our lines of its stack. */
function shortened(message) {
  const lines = message.split('\n').filter((line) => !/^\s+at .*node_modules/.test(line));
  return lines.slice(0, MAX_LINES).join('\n');
}

/** Vitest's output from its first failure on. */
function firstFailure(output) {
  const text = stripVTControlCharacters(output);
  return text.slice(Math.max(0, text.search(/⎯ (Failed|Unhandled)/)));
}

/** Runs suites one after the other. */
async function inTurn(...projects) {
  for (const project of projects) await suite(project);
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Formatting, lint and types, one after the other: the suites wait more than they compute, and leave room for them. */
async function checks() {
  await check('types', 'npm', 'run', '--silent', 'types');
  await check('lint and import rules', 'eslint', '.');
  await check('format', 'prettier', '--check', '--log-level', 'warn', '.');
}

const chosen = process.argv.slice(2);
// Built once, because all suites use it.
const isBuilt = await check('build', 'npm', 'run', '--silent', 'build');
if (isBuilt) process.env.SLIPWAY_BUILT = '1';
if (!isBuilt || chosen.length > 0) await Promise.all([checks(), ...(isBuilt ? [inTurn(...chosen)] : [])]);
else {
  // No test asserts a duration, so that suites may slow each other down. Recordings and hosts mostly wait, the others compute.
  // The full counts of the faults take longer than all other suites, and have a lane of their own.
  const faults = process.env.SLIPWAY_FULL === '1' ? [['golden', 'hosts'], ['faults']] : [['golden', 'hosts', 'faults']];
  const lanes = [...faults, ['unit', 'areas', 'conformance'], ['e2e', 'slow']];
  await Promise.all([checks(), ...lanes.map((lane) => inTurn(...lane))]);
}
rmSync(out, { recursive: true, force: true });

for (const name of skipped) process.stdout.write(`skipped  ${name}\n`);
const indented = ({ name, message }) => `${name}\n${message.replace(/^/gm, '    ')}\n`;
for (const test of repeated) process.stdout.write(`passed when repeated  ${indented(test)}`);
for (const test of failed) process.stdout.write(`FAILED  ${indented(test)}`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
