import { afterEach, beforeEach, expect, it } from 'vitest';
import { finished, says, TestProject } from '../../support/engine';

let project: TestProject;
beforeEach(() => {
  // Step a runs until the test ends it.
  project = new TestProject({
    steps: [
      { name: 'a', body: 'echo waiting >&2\nwhile [ ! -e "$2/go" ]; do sleep 0.02; done' },
      { name: 'b' },
      { name: 'c' },
    ],
  });
});
afterEach(() => project.dispose());

const go = (): unknown => project.file('area/build_data/pkg_image/go', '');

it('A running build pauses before a step that has not begun.', async () => {
  const build = project.start('distro_const', ['build', 'manifest.xml']);
  await says(build, /waiting/);
  expect(await project.json('pause', 'c')).toEqual({ step: 'c' });
  go();
  const { code, stderr } = await finished(build);
  expect({ code, stopped: stderr.includes('Stopping at c: ') }).toEqual({ code: 0, stopped: true });
  expect(project.ran()).toEqual(['a', 'b']);
  expect(await project.json('status')).toMatchObject({
    latestResumable: 'c',
    lastRun: { state: 'paused', pause: 'c', pausedBefore: 'c', checkpoints: ['a', 'b', 'c'] },
  });
});

it('The pause of a running build is removed.', async () => {
  const build = project.start('distro_const', ['build', '-p', 'b', 'manifest.xml']);
  await says(build, /waiting/);
  expect(await project.json('pause', '--none')).toEqual({ step: null });
  go();
  await finished(build);
  expect(project.ran()).toEqual(['a', 'b', 'c']);
});

it('A pause is refused at a step that has begun, and in an area where nothing runs.', async () => {
  const refused = (message: string, hint?: string) => ({ failed: true, error: { code: 'refused', message, hint } });
  expect(await project.json('pause', 'c')).toEqual(refused('No build is running in this build area.'));
  expect(await project.json('cancel')).toEqual(refused('No build is running in this build area.'));
  const build = project.start('distro_const', ['build', 'manifest.xml']);
  await says(build, /waiting/);
  expect(await project.json('pause', 'a')).toEqual(
    refused('The build has already begun a.', 'It can pause before b or a later step.'),
  );
  go();
  await finished(build);
});

it('A running build is cancelled, and the answer has the step to resume from.', async () => {
  const build = project.start('distro_const', ['build', 'manifest.xml']);
  const end = finished(build);
  await says(build, /waiting/);
  expect(await project.json('cancel')).toEqual({ step: 'a', resumeFrom: 'a' });
  expect((await end).code).toBe(143);
  expect(await project.json('status')).toMatchObject({ lock: { kind: 'free' }, lastRun: { state: 'cancelled' } });
});

it('A pause uses the steps of the running build, also after the manifest was edited.', async () => {
  const build = project.start('distro_const', ['build', 'manifest.xml']);
  await says(build, /waiting/);
  project.edit((text) => text.replace('<checkpoint name="c"', '<checkpoint name="other"'));
  expect(await project.json('pause', 'other')).toMatchObject({
    failed: true,
    error: { message: expect.stringMatching(/^An invalid step \(other\).*\nc$/s) as string },
  });
  expect(await project.json('pause', 'c')).toEqual({ step: 'c' });
  go();
  await finished(build);
  expect(project.ran()).toEqual(['a', 'b']);
});

it('No pause is offered at the step that a build resumes at.', async () => {
  await project.build('-p', 'a');
  const build = project.start('distro_const', ['build', '-r', 'a', 'manifest.xml']);
  await says(build, /waiting/);
  expect(await project.json('pause', 'a')).toMatchObject({ failed: true });
  go();
  await finished(build);
});

it('Without checkpoints there is no resume and no pause, and the message is that of build.', async () => {
  project.script('a');
  await project.build();
  project.edit((text) => text.replace(/(<checkpoint_enable>)true/, '$1false'));
  expect(await project.json('status')).toMatchObject({ checkpointing: false, latestResumable: null });
  for (const letter of ['r', 'p']) {
    const { stderr } = await project.build(`-${letter}`, 'b');
    const { error } = (await project.json('plan', `-${letter}`, 'b')) as { error: { message: string } };
    expect(`${error.message}\n`).toBe(stderr);
  }
});
