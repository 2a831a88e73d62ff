import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { StderrLines } from '../../../../src-main/build-hosts/original/stderr-lines';
import { createLocalTransport } from '../../../../src-main/transport/local';

function linesOf(simple: string | undefined): StderrLines {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-simple-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const stamp = '2026-01-02-03-04-05';
  if (simple !== undefined) writeFileSync(join(folder, `simple-log-${stamp}`), simple);
  return new StderrLines(createLocalTransport(), join(folder, `detail-log-${stamp}`));
}

it('Lines of the simple log are found in their order, and are known by their place afterwards.', async () => {
  const lines = linesOf('one\ntwo\none\nnot whole');
  await lines.readFor(1000);
  const taken = ['one', 'out', 'one', 'two', 'out', 'one', 'not whole'].map((line, at) =>
    lines.take(line, 10 * (at + 1)),
  );
  expect(taken).toEqual([true, false, false, true, false, true, false]);
  expect([10, 20, 30, 40, 50, 60, 70].map((end) => lines.has(end))).toEqual(taken);
});

it('Without a simple log no line is of stderr.', async () => {
  const lines = linesOf(undefined);
  await lines.readFor(1000);
  expect([lines.take('one', 4), lines.has(4)]).toEqual([false, false]);
});
