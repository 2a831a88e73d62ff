import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { buildServices } from '../../../support/build-host';
import { TestProject } from '../../../support/engine';

it('What each step has read comes from the newest run in which it succeeded.', async () => {
  const project = new TestProject({ steps: ['a', 'b', 'c'].map((name) => ({ name })) });
  onTestFinished(() => project.dispose());
  const { builds } = buildServices();
  const path = join(project.folder, 'manifest.xml');
  const reads = (): ReturnType<typeof builds.stepReads> => builds.stepReads({ path }, {});
  expect(await reads()).toEqual({ steps: [] });

  project.script('a', 'ManifestRead "$1" name');
  project.script('b', 'ManifestRead -k "$1" suite');
  project.script('c', 'exit 3');
  expect((await project.build()).code).not.toBe(0);
  const afterFailure = await buildServices().builds.stepReads({ path }, {});
  const a = { step: 'a', reads: [{ request: 'name', isKey: false }] };
  expect(afterFailure).toEqual({ steps: [a, { step: 'b', reads: [{ request: 'suite', isKey: true }] }] });

  project.script('b', 'ManifestRead "$1" img_params/hostname');
  project.script('c', 'exit 0');
  expect((await project.build('-r', 'b')).code).toBe(0);
  const afterResume = await buildServices().builds.stepReads({ path }, {});
  expect(afterResume).toEqual({
    steps: [a, { step: 'b', reads: [{ request: 'img_params/hostname', isKey: false }] }, { step: 'c', reads: [] }],
  });
});
