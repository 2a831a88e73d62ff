import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../support/engine';
import { boundByModes } from '../../support/run-tool';

let project: TestProject;
const steps = ['a', 'b', 'c'].map((name) => ({ name, message: `Step ${name.toUpperCase()}` }));

beforeEach(() => {
  project = new TestProject({ steps });
});
afterEach(() => project.dispose());

describe('build in a plain directory, as any user', () => {
  it('runs all steps, then resumes from one with the tree as it was before it', async () => {
    expect((await project.build()).code).toBe(0);
    expect(project.ran()).toEqual(['a', 'b', 'c']);
    expect((await project.build('-r', 'b')).code).toBe(0);
    expect(project.ran()).toEqual(['b', 'c']);
    expect(project.read('build_data/pkg_image/log')).toBe('a\nb\nc\n');
    expect(project.read('media/log')).toBe('a\nb\nc\nb\nc\n');
  });

  it('refuses an argslist that cannot be split before the first step runs, if its step would run', async () => {
    project.write({ steps: [{ name: 'a' }, { name: 'b', args: '"never closed' }, { name: 'c' }] });
    const { code, stderr } = await project.build();
    expect([code, project.ran()]).toEqual([1, []]);
    expect(stderr).toMatch(
      /^manifest\.xml:\d+:\d+: error: .*`b` cannot be split\. Unexpected unescaped quote found: "never closed\./,
    );
    expect((await project.build('-p', 'b')).code).toBe(0);
    expect(project.ran()).toEqual(['a']);
    expect((await project.build('-R')).code).toBe(1);
    project.write({ steps });
    expect((await project.build('-R')).code).toBe(0);
    expect(project.ran()).toEqual(['b', 'c']);
  });

  it('pauses before a step, the table shows it, and -R continues', async () => {
    expect((await project.build('-p', 'b')).stderr).toContain('Stopping at b: Step B \n');
    expect(project.ran()).toEqual(['a']);
    const { stderr, code } = await project.build('-l');
    expect(code).toBe(0);
    expect(stderr).toBe(
      [
        '',
        'Step           Resumable Description',
        '-------------- --------- -------------',
        'a                  X     Step A    ',
        'b                  X     Step B    ',
        'c                        Step C    ',
        '',
      ].join('\n'),
    );
    expect((await project.build('-R')).code).toBe(0);
    expect(project.ran()).toEqual(['b', 'c']);
  });

  it('lists without creating anything', async () => {
    expect((await project.build('-l')).code).toBe(0);
    expect(() => project.read('.')).toThrow(/ENOENT/);
  });

  it('refuses arguments behind the manifest, and keeps the checkpoints', async () => {
    await project.build('-p', 'c');
    project.ran();
    const { code, stderr } = await project.run('build', 'manifest.xml', '-l');
    expect(code).toBe(2);
    expect(stderr).toContain('distro_const build -l manifest.xml');
    expect(project.ran()).toEqual([]);
    expect((await project.build('-l')).stderr).toContain('c                  X ');
  });

  it('keeps each script element’s own arguments, also when one script comes twice', async () => {
    project.script('same', `echo "$6" >>"$2/args"`);
    project.edit((manifest) =>
      manifest.replace(
        /<script name="scripts\/a">[\s\S]*<\/script>/,
        ['one', 'two']
          .map(
            (word) => `<script name="scripts/same"><checkpoint name="${word}"/><argslist>"${word}"</argslist></script>`,
          )
          .join(''),
      ),
    );
    expect((await project.build()).code).toBe(0);
    expect(project.read('build_data/pkg_image/args')).toBe('one\ntwo\n');
  });

  it.each([
    ['x/y', /cannot name a snapshot/],
    ['a b', /cannot name a snapshot/],
    ['b', /Two steps have the checkpoint name/],
  ])('refuses the checkpoint name %j before it touches anything', async (name, message) => {
    project.edit((manifest) => manifest.replace('checkpoint name="a"', `checkpoint name="${name}"`));
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^manifest\.xml:\d+:\d+: /);
    expect(project.ran()).toEqual([]);
  });

  it('reports broken XML with the file, the line and the column', async () => {
    project.edit((manifest) => manifest.replace('</distro_constr_flags>', '</distro_flags>'));
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error instantiating manifest tree:\nmanifest\.xml:7:\d+: /);
  });

  it('continues after a failed step when the manifest has stop_on_error off, and marks later checkpoints', async () => {
    project.write({ steps: [{ name: 'a', body: 'exit 3' }, { name: 'b' }], stopOnError: 'false' });
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('Child returned err 3\n');
    expect(project.ran()).toEqual(['a', 'b']);
    const { checkpoints } = (await project.json('checkpoints')) as {
      checkpoints: { step: string; freshness: unknown }[];
    };
    expect(checkpoints[1]).toMatchObject({
      step: 'b',
      freshness: { kind: 'stale', reasons: ['`a` failed, and the build went on'] },
    });
  });

  it('refuses a build area of another program with what to do, before anything is changed', async () => {
    expect((await project.build()).code).toBe(0);
    const allow = (mode: number): void => {
      for (const folder of ['media', 'logs', '.slipway']) chmodSync(join(project.area, folder), mode);
    };
    allow(0o555);
    const [program, ...args] = boundByModes('distro_const', 'build', 'manifest.xml');
    const { status, stderr } = spawnSync(program, args, { cwd: project.folder, env: project.env, encoding: 'utf8' });
    allow(0o755); // otherwise the project cannot be removed
    expect(status).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^Unable to write to the build area at ${project.area}\\n.*EACCES.*Give the manifest a build_area of your own.*\\n$`,
      ),
    );
  });

  it('stops when a snapshot cannot be taken, for any value of stop_on_error', async () => {
    // Step a creates something at the place of the snapshot of b.
    project.write({
      steps: [
        { name: 'a', body: `rm -rf "$2/../../.slipway/snapshots"; : >"$2/../../.slipway/snapshots"` },
        { name: 'b' },
      ],
      stopOnError: 'false',
    });
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('Build failed.');
    expect(project.ran()).toEqual(['a']);
  });

  it('removes the files of steps that the manifest no longer has', async () => {
    await project.build();
    project.write({ steps: [{ name: 'a' }, { name: 'renamed' }] });
    await project.build();
    expect(() => project.read('.step_b')).toThrow(/ENOENT/);
    expect(project.read('.step_renamed')).toContain('renamed');
  });
});
