// `validate` reports all problems of a manifest on this host, and the window shows the same problems.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { validateAnswer, type ValidateAnswer } from '../../../src-shared/engine-answers/validate';
import { applySplices } from '../../../src-shared/manifest/splice';
import { AptRepository } from '../../support/apt-repository';
import { TestProject } from '../../support/engine';
import { hasTool } from '../../support/run-tool';

let project: TestProject;
afterEach(() => project.dispose());

async function validate(...options: string[]): Promise<{ code: number | null; answer: ValidateAnswer }> {
  const { code, stdout } = await project.run('validate', '--json', ...options, 'manifest.xml');
  return { code, answer: validateAnswer.parse(JSON.parse(stdout)) };
}

const codes = ({ problems }: ValidateAnswer): string[] => problems.map(({ severity, code }) => `${severity} ${code}`);

it('A wrong order of steps is a warning with a fix, and the exit status stays 0.', async () => {
  project = new TestProject({ steps: [{ name: 'iso' }, { name: 'grub-setup' }] });
  const { code, answer } = await validate();
  expect([code, answer.valid, codes(answer)]).toEqual([0, true, ['warning step-order']]);
  const { stdout } = await project.run('validate', 'manifest.xml');
  expect(stdout).toMatch(
    /^manifest\.xml:\d+:\d+: warning: The step `iso` runs before `grub-setup`: .*\n.* is valid\.\n$/,
  );
  project.edit((source) => applySplices(source, answer.problems[0]?.fix?.splices ?? []));
  expect((await validate()).answer.problems).toEqual([]);
});

it('A script that does not exist on this host is an error of its step.', async () => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  rmSync(join(project.folder, 'scripts/b'));
  const { code, answer } = await validate();
  expect([code, answer.problems]).toMatchObject([1, [{ code: 'script-not-executable', step: 1 }]]);
});

it('Checkpoint names are checked only in a manifest with checkpoints, as a build does.', async () => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  project.edit((source) => source.replace('<checkpoint name="b"', '<checkpoint name="a/b"'));
  expect(codes((await validate()).answer)).toEqual(['error checkpoint-name-characters']);
  project.edit((source) =>
    source.replace(
      /<checkpoint_enable[^]*?<\/checkpoint_enable>|(?=<\/distro_constr_flags>)/,
      '<checkpoint_enable>false</checkpoint_enable>',
    ),
  );
  expect(codes((await validate()).answer)).toEqual([]);
});

describe.skipIf(!hasTool('apt-get') || !hasTool('gpg'))('names of packages', () => {
  it('are checked against the cached package lists, without a network', async () => {
    const repository = await AptRepository.serve([{ name: 'base-files', essential: true }, { name: 'nano' }]);
    project = new TestProject({ steps: [{ name: 'im-pop' }], pairs: { suite: 'test' } });
    project.edit((manifest) =>
      manifest.replace(
        '<vmimg_params/>',
        `<img_params><pkg_repo_default_authority><main url="${repository.source}" authname="test"/></pkg_repo_default_authority>
        <packages><pkg name="nanoo"/></packages><hostname>test</hostname></img_params>`,
      ),
    );
    project.env['XDG_CACHE_HOME'] = join(project.folder, 'cache');
    const packages = ({ problems }: ValidateAnswer): string[] =>
      problems.filter(({ phase }) => phase === 'repository').map(({ code }) => code);
    expect(packages((await validate()).answer)).toEqual([]);
    expect(existsSync(join(project.folder, 'cache'))).toBe(false);
    await project.run('catalogue', 'manifest.xml');
    repository.stop();
    const { code, answer } = await validate();
    expect([code, packages(answer)]).toEqual([1, ['package-unknown']]);
    const source = readFileSync(join(project.folder, 'manifest.xml'), 'utf8');
    expect(applySplices(source, answer.problems.at(-1)?.fix?.splices ?? [])).toContain('<pkg name="nano"/>');
  });
});
