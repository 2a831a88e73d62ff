// `status` and `plan` for a text that is being edited, as the window requests them before a save.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { planAnswer } from '../../../src-shared/engine-answers/plan';
import { statusAnswer } from '../../../src-shared/engine-answers/status';
import { finished, TestProject } from '../../support/engine';

let project: TestProject;
afterEach(() => project.dispose());

/** Runs a command of the engine with a text on its standard input. */
async function ask(text: string, ...args: string[]): Promise<unknown> {
  const child = project.spawn(
    ['sh', '-c', 'printf "%s" "$EDITED" | "$@"', 'sh', join(project.bin, 'distro_const'), ...args],
    {
      EDITED: text,
    },
  );
  return JSON.parse((await finished(child)).stdout);
}

/** The manifest with another argument of the step `b`. */
const edited = (): string => {
  const source = readFileSync(join(project.folder, 'manifest.xml'), 'utf8');
  return source.replace(/(scripts\/b">[^]*?)<\/script>/, '$1<argslist>"other"</argslist></script>');
};

it('status --stdin reports the checkpoints as they fit the text, and changes nothing.', async () => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
  await project.build();
  const { steps } = statusAnswer.parse(await ask(edited(), 'status', '--json', '--stdin', 'manifest.xml'));
  expect(steps.map(({ freshness }) => freshness?.kind)).toEqual(['current', 'current', 'stale']);
  const saved = statusAnswer.parse(await project.json('status'));
  expect(saved.steps.map(({ freshness }) => freshness?.kind)).toEqual(['current', 'current', 'current']);
});

it('plan --stdin plans with the steps and values of the text.', async () => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
  await project.build();
  const plan = planAnswer.parse(await ask(edited(), 'plan', '--json', '--stdin', '-r', 'c', 'manifest.xml'));
  expect(plan).toMatchObject({ resume: 'c', suggested: 'b', freshness: { kind: 'stale' } });
});
