// A build that would end at one of its steps, as known before the first step, is refused before anything is changed.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { TestProject } from '../../support/engine';

let project: TestProject;
afterEach(() => project.dispose());

/** Steps a, b and z; `b` cannot start. */
function broken(make: (script: string) => void, stopOnError = 'true'): void {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }, { name: 'z' }], stopOnError });
  const script = join(project.folder, 'scripts/b');
  writeFileSync(script, '');
  make(script);
}

const text = (content: string) => (script: string) => writeFileSync(script, content);

it.each([
  ['has no first line that names an interpreter', text('echo b\n'), /scripts\/b.* has no interpreter line/],
  ['is empty', text(''), /scripts\/b.* has no interpreter line/],
  [
    'names an interpreter that does not exist',
    text('#!/no/such/interpreter -x\n'),
    /needs the interpreter \/no\/such\/interpreter/,
  ],
  [
    'names an interpreter for env(1) that does not exist',
    text('#!/usr/bin/env no-such-interpreter\n'),
    /no-such-interpreter/,
  ],
  ['has Windows line endings', text('#!/bin/sh\r\necho b\r\n'), /Windows line endings/],
])('A script that %s is refused with its line before the first step.', async (_, make, message) => {
  for (const stopOnError of ['true', 'false']) {
    broken(make, stopOnError);
    const { code, stderr } = await project.build();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^manifest\.xml:\d+:\d+: error: [^\n]*\n$/)]);
    expect(stderr).toMatch(message);
    expect([existsSync(project.area), existsSync(project.trace)]).toEqual([false, false]);
    const validated = await project.run('validate', 'manifest.xml');
    expect([validated.code, validated.stdout]).toEqual([1, expect.stringMatching(message)]);
    const planned = await project.run('plan', '--json', 'manifest.xml');
    expect([planned.code, JSON.parse(planned.stdout)]).toEqual([1, expect.objectContaining({ failed: true })]);
    expect((await project.build('-l')).code).toBe(0);
    project.dispose();
  }
});

it('A folder in the place of a script is refused.', async () => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  project.edit((manifest) => manifest.replace('scripts/b', 'scripts/folder'));
  mkdirSync(join(project.folder, 'scripts/folder'));
  const { code, stderr } = await project.build();
  expect([code, stderr]).toEqual([1, expect.stringMatching(/: error: .*scripts\/folder.* is not a file\.\n$/)]);
  expect(existsSync(project.trace)).toBe(false);
});

it('Arguments that cannot be split are refused with the place of the argslist, also of the last step.', async () => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b', args: '"one" "two' }], stopOnError: 'false' });
  const { code, stderr } = await project.build();
  expect([code, stderr]).toEqual([
    1,
    'manifest.xml:14:9: error: The arguments of the step `b` cannot be split. Unexpected unescaped quote found: "one" "two. Write \\" or \\\' for a quote that is part of an argument.\n',
  ]);
  expect(existsSync(project.trace)).toBe(false);
  const { stdout } = await project.run('validate', '--json', 'manifest.xml');
  const { problems } = JSON.parse(stdout) as { problems: { severity: string; code: string; line: number }[] };
  expect(problems.map(({ severity, code: problem, line }) => [severity, problem, line])).toEqual([
    ['error', 'argslist-quotes', 14],
  ]);
});

it('A step that does not run is not checked.', async () => {
  broken(text('#!/bin/sh\n'));
  expect((await project.build()).code).toBe(0);
  writeFileSync(join(project.folder, 'scripts/b'), 'no interpreter\n');
  expect((await project.build('-r', 'z')).code).toBe(0);
  expect((await project.build('-p', 'b')).code).toBe(0);
  expect((await project.build('-R')).code).toBe(1);
});

it('A script or an interpreter that an earlier step makes in the build area is not checked.', async () => {
  project = new TestProject({ steps: [{ name: 'a' }] });
  const tool = join(project.area, 'build_data/tmp/tool');
  project.write({ steps: [{ name: 'a', body: `cp /bin/sh "${tool}"` }, { name: 'b' }] });
  const script = join(project.folder, 'scripts/b');
  writeFileSync(script, `#!${tool}\necho b >"$2/made"\n`);
  chmodSync(script, 0o755);
  const { code, stderr } = await project.build();
  expect([code, stderr]).toEqual([0, expect.stringContaining('Build is successful.')]);
});

it('Names that cannot be checkpoints are refused by plan as by build.', async () => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'a' }] });
  for (const command of [['build'], ['plan'], ['validate']]) {
    const { code, stdout, stderr } = await project.run(...command, 'manifest.xml');
    expect([command, code, stdout + stderr]).toEqual([
      command,
      1,
      expect.stringContaining('Two steps have the checkpoint name'),
    ]);
  }
});
