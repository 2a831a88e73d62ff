import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allCommands } from '../../../src-engine/commands';
import { TestProject } from '../../support/engine';

let project: TestProject;
beforeAll(async () => {
  const many = 'i=0; while [ $i -lt 3000 ]; do : >"$2/a-long-name-of-a-file-$i"; i=$((i+1)); done';
  project = new TestProject({ steps: [{ name: 'a', body: many }, { name: 'b' }] });
  expect((await project.build()).code).toBe(0);
}, 300_000);
afterAll(() => project.dispose());

function run(...argv: string[]): SpawnSyncReturns<string> {
  return spawnSync('distro_const', argv, { cwd: project.folder, env: project.env, encoding: 'utf8', timeout: 120_000 });
}

/** Runs a line of bash, which reports the status of each part of a pipe. */
function bash(line: string): SpawnSyncReturns<string> {
  return spawnSync('bash', ['-c', line], { cwd: project.folder, env: project.env, encoding: 'utf8', timeout: 120_000 });
}

describe('a failure that the system reports', () => {
  let other: TestProject | undefined;
  afterEach(() => other?.dispose());

  it.each(['/dev/null', '/proc/x', '/dev/null/below'])(
    'is a sentence with code and hint: the build area %s',
    (area) => {
      other = new TestProject({ steps: [{ name: 'a' }], area });
      const manifest = join(other.folder, 'manifest.xml');
      const { status, stderr } = run('build', manifest);
      expect([status, stderr]).toEqual([1, expect.not.stringMatching(/defect|node:internal/)]);
      expect(stderr.trim()).not.toBe('');
      for (const command of ['status', 'plan', 'checkpoints']) {
        const { stdout } = run(command, '--json', manifest);
        const answer = JSON.parse(stdout) as { failed?: boolean; error?: { code: string; hint?: string } };
        if (answer.failed)
          expect(answer.error).toEqual(
            expect.objectContaining({
              code: expect.not.stringMatching('defect') as string,
              hint: expect.any(String) as string,
            }),
          );
      }
    },
  );

  it.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['no XML', (path: string) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0]))],
    ['empty', (path: string) => writeFileSync(path, '')],
  ])('is one JSON document with --json: the manifest is %s', (name, make) => {
    const manifest = `${name.replace(' ', '-')}.xml`;
    make(join(project.folder, manifest));
    const { status, stdout } = run('status', '--json', manifest);
    const { failed, error } = JSON.parse(stdout) as { failed: boolean; error: { code: string } };
    expect([status, failed]).toEqual([1, true]);
    expect(error.code).not.toBe('defect');
  });
});

describe('a wrong command line', () => {
  it('gives status 2 and the usage, with --json as one JSON document, whatever the command', async () => {
    for (const { name, options, operands } of await allCommands()) {
      if (name === 'build') continue; // the texts of the contract: test/conformance
      const nonsense = run(name, '--nonsense', 'manifest.xml');
      expect([name, nonsense.status, nonsense.stderr]).toEqual([
        name,
        2,
        expect.stringContaining(`Usage: distro_const ${name}`),
      ]);
      if (operands.min > 0) expect([name, run(name).status]).toEqual([name, 2]);
      if (!('json' in options)) continue;
      const { status, stdout } = run(name, '--json', '--nonsense', 'manifest.xml');
      const { error } = JSON.parse(stdout) as { error: { code: string } };
      expect([name, status, error.code]).toEqual([name, 2, 'usage']);
    }
  });

  it('of build prints the usage of the contract also for a long option that it does not have', () => {
    for (const argv of [
      ['--nonsense', 'manifest.xml'],
      ['--list', 'manifest.xml'],
      ['-l=1', 'manifest.xml'],
    ]) {
      const { status, stdout, stderr } = run('build', ...argv);
      expect([status, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^\nUsage:\n {4}distro_const build -R/)]);
    }
  });
});

describe('a reader that closes the pipe', () => {
  it.each(['ls manifest.xml b pkg_image', 'diff manifest.xml a', 'ls --json manifest.xml b pkg_image'])(
    'ends %s quietly with the status of SIGPIPE',
    (command) => {
      const { stdout } = bash(
        `distro_const ${command} 2>err | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}" "$(cat err)"`,
      );
      expect(stdout).toBe('141 \n');
    },
  );

  it('ends cat and follow quietly', () => {
    const big = 'pkg_image/big';
    project.script(
      'a',
      'head -c 1000000 /dev/zero >"$2/big"; i=0; while [ $i -lt 20000 ]; do echo a line of the step $i; i=$((i+1)); done',
    );
    expect(run('build', 'manifest.xml').status).toBe(0);
    for (const command of [`cat manifest.xml b ${big}`, 'follow manifest.xml', 'follow --json manifest.xml']) {
      const { stdout } = bash(
        `distro_const ${command} 2>err | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}" "$(cat err)"`,
      );
      expect([command, stdout]).toEqual([command, '141 \n']);
    }
  });

  it('leaves no trace but the status when it closes both streams, or they were never open', () => {
    expect(bash('distro_const status manifest.xml >&- 2>&-').status).toBe(0);
    expect(bash('{ distro_const status nothing.xml 2>&1; echo $? >status; } | true; cat status').stdout).toBe('1\n');
  });
});

it('A full disk behind standard output is reported with status 1.', () => {
  const { status, stderr } = bash('distro_const status manifest.xml >/dev/full');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Standard output: .*no space is left.*\n$/);
});
