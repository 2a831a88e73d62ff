import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
// @ts-expect-error -- plain Node, part of the tests' runner
import * as untyped from '../../../tools/test/processor-time.mjs';
import { tempFolder } from '../../support/temp-folder';

const { timed, processorTime } = untyped as {
  timed(argv: readonly string[], file: string): [string, ...string[]];
  processorTime(file: string): string;
};

it('A command whose processor time is measured keeps its arguments, its output and its status.', () => {
  const file = join(tempFolder(), 'lint and rules.times');
  const [command, ...args] = timed(['sh', '-c', 'echo "$1"; exit 3', 'sh', "it's a b"], file);
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  expect([status, stdout]).toEqual([3, "it's a b\n"]);
  expect(processorTime(file)).toMatch(/^, \d+ s of a processor$/);
});

it('The processor time of a command is that of its processes, and is left out for a command that was killed.', () => {
  const file = join(tempFolder(), 'times');
  expect(processorTime(file)).toBe('');
  writeFileSync(file, '0m0.01s 0m0.02s\n1m2.500000s 0m3.700000s\n');
  expect(processorTime(file)).toBe(', 66 s of a processor');
});
