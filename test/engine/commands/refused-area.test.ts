// A build area that a build refuses: `plan` reports it with the same message, before anything is changed.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { planAnswer } from '../../../src-shared/engine-answers/plan';
import { boundByModes } from '../../support/run-tool';
import { TestProject } from '../../support/engine';

let project: TestProject;
beforeEach(() => {
  project = new TestProject({ steps: [{ name: 'a' }] });
});
afterEach(() => project.dispose());

/** Runs a command as an account that the modes of files bind. */
function run(...args: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const [program, ...argv] = boundByModes('distro_const', ...args, 'manifest.xml');
  return spawnSync(program, argv, { cwd: project.folder, env: project.env, encoding: 'utf8' });
}

it.each<[string, RegExp, (folder: string) => string]>([
  ['is a folder of the system', /is a folder of the system/, () => '/var/lib'],
  ['contains the manifest', /contains the manifest/, (folder) => folder],
  [
    'has files of another program',
    /build_data\/thesis\.tex/,
    (folder) => {
      mkdirSync(join(folder, 'theirs/build_data'), { recursive: true });
      writeFileSync(join(folder, 'theirs/build_data/thesis.tex'), '');
      return join(folder, 'theirs');
    },
  ],
  [
    'has a link in place of a folder',
    /needs a folder at .*media/,
    (folder) => {
      mkdirSync(join(folder, 'linked'));
      symlinkSync('nowhere', join(folder, 'linked/media'));
      return join(folder, 'linked');
    },
  ],
  [
    'cannot be created',
    /^Unable to create the build area at .*area\n.*EACCES/,
    (folder) => {
      mkdirSync(join(folder, 'locked'), { mode: 0o555 });
      return join(folder, 'locked/new/area');
    },
  ],
  [
    'is a dangling link',
    /^The build area .*dangling is a symbolic link to \/gone\/area, which does not exist\.\n/,
    (folder) => {
      symlinkSync('/gone/area', join(folder, 'dangling'));
      return join(folder, 'dangling');
    },
  ],
  [
    'is below a dangling link',
    /^The build area .*dangling\/new\/area is below .*dangling, a symbolic link to \/gone, which does not exist\.\n/,
    (folder) => {
      symlinkSync('/gone', join(folder, 'dangling'));
      return join(folder, 'dangling/new/area');
    },
  ],
  [
    'cannot be written',
    /^Unable to write to the build area at .*\n.*EACCES/,
    (folder) => {
      for (const name of ['media', 'logs', '.slipway']) mkdirSync(join(folder, 'theirs', name), { recursive: true });
      chmodSync(join(folder, 'theirs/logs'), 0o555);
      return join(folder, 'theirs');
    },
  ],
  [
    'cannot be written beside its folders',
    /^Unable to write to the build area at .*\n.*theirs: permission denied/,
    (folder) => {
      for (const name of ['media', 'logs', '.slipway']) mkdirSync(join(folder, 'theirs', name), { recursive: true });
      chmodSync(join(folder, 'theirs'), 0o555);
      return join(folder, 'theirs');
    },
  ],
  [
    'has build data that cannot be listed',
    /^The build area cannot be read\. .*build_data: permission denied/,
    (folder) => {
      mkdirSync(join(folder, 'theirs/build_data'), { recursive: true });
      chmodSync(join(folder, 'theirs/build_data'), 0o000);
      return join(folder, 'theirs');
    },
  ],
  [
    'has a missing folder that cannot be created',
    /^Unable to create directory .*media\n.*EACCES/,
    (folder) => {
      mkdirSync(join(folder, 'locked'), { mode: 0o555 });
      return join(folder, 'locked');
    },
  ],
])('A build area that %s is refused by plan as by build.', (_, message, make) => {
  project.write({ steps: [{ name: 'a' }], area: make(project.folder) });
  const built = run('build');
  expect([built.status, built.stderr]).toEqual([1, expect.stringMatching(message)]);
  const planned = run('plan', '--json');
  const { refusal, runs } = planAnswer.parse(JSON.parse(planned.stdout));
  expect(`${refusal?.message}\n${refusal?.hint}\n`).toBe(built.stderr);
  expect(runs.map(({ step }) => step)).toEqual(['a']);
  expect(run('plan').stdout).toBe(`A build would be refused: ${built.stderr}`);
  expect(project.ran()).toEqual([]);
});

it('A file in the place of the build area is refused by all commands with one sentence.', () => {
  const area = join(project.folder, 'file');
  writeFileSync(area, '');
  project.write({ steps: [{ name: 'a' }], area });
  const sentence = `The build area ${area} is not a folder.\nName another build_area, or move it away.\n`;
  expect(['build', 'plan', 'status', 'prune'].map((command) => run(command).stderr)).toEqual(
    Array.from({ length: 4 }, () => sentence),
  );
});

it.each([0o000, 0o311, 0o644])(
  'A build area of mode %o, which cannot be entered or listed, is refused by all commands with one sentence.',
  (mode) => {
    const area = join(project.folder, 'theirs');
    mkdirSync(area);
    chmodSync(area, mode);
    project.write({ steps: [{ name: 'a' }], area });
    const sentence = `The build area cannot be read. ${area}: permission denied (access EACCES).\nRun the command as an account that has access, or change the permissions.\n`;
    expect(['build', 'plan', 'status', 'prune'].map((command) => run(command).stderr)).toEqual(
      Array.from({ length: 4 }, () => sentence),
    );
  },
);

it('A build area that a build would accept has no refusal.', () => {
  expect(planAnswer.parse(JSON.parse(run('plan', '--json').stdout)).refusal).toBeNull();
  expect(run('build').status).toBe(0);
  expect(planAnswer.parse(JSON.parse(run('plan', '--json').stdout)).refusal).toBeNull();
});
