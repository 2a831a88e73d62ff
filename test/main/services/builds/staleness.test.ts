// The checkpoints that an edit makes stale, as a watching window receives them, with the sentence that it shows.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildServices } from '../../../support/build-host';
import { BuildWatch } from '../../../support/build-watch';
import { TestProject } from '../../../support/engine';

let project: TestProject;
let watch: BuildWatch;
let path: string;

beforeEach(async () => {
  const reads = (nodepath: string): string => `ManifestRead "$1" ${nodepath} >&2`;
  project = new TestProject({
    steps: [
      { name: 'a' },
      { name: 'b', body: reads('key_value_pairs/pair[key=hostname]/value') },
      { name: 'c', body: reads('key_value_pairs/pair[key=other]/value') },
      { name: 'd' },
    ],
    pairs: { hostname: 'x', other: '1' },
  });
  path = join(project.folder, 'manifest.xml');
  const built = await project.build();
  expect(built.stderr).toMatch(/^x\n/m);
  watch = new BuildWatch(buildServices(), path);
  await watch.until(({ area }) => area?.latestResumable === 'd');
});
afterEach(() => {
  watch.end();
  project.dispose();
});

/** Each checkpoint's state; a stale one with its sentence. */
const reported = (): string[] =>
  (watch.area?.steps ?? []).map(({ step, freshness }) =>
    freshness?.kind === 'stale' ? `${step}: ${freshness.reasons.join('; ')}` : `${step}: ${freshness?.kind}`,
  );
const reports = (expected: string[]) => watch.until(() => JSON.stringify(reported()) === JSON.stringify(expected));

const ALL_CURRENT = ['a: current', 'b: current', 'c: current', 'd: current'];

it('An edited comment makes nothing stale.', async () => {
  const before = watch.looks;
  project.edit((text) => text.replace('<vmimg_params/>', '<!-- a comment --><vmimg_params/>'));
  await watch.until(({ looks }) => looks > before);
  expect(reported()).toEqual(ALL_CURRENT);
  expect((await watch.services.builds.plan({ path, resume: 'd' }, {})).stale).toBeNull();
});

it('An edited value makes the checkpoints after the step that read it stale.', async () => {
  project.edit((text) => text.replace('value="x"', 'value="y"'));
  const sentence = '`b` read `key_value_pairs/pair[key=hostname]/value`: it was `x`, is `y`';
  await reports(['a: current', 'b: current', `c: ${sentence}`, `d: ${sentence}`]);
  expect((await watch.services.builds.plan({ path, resume: 'd' }, {})).stale).toEqual({
    step: 'b',
    reasons: [sentence],
    resumeFrom: 'b',
  });
  project.edit((text) => text.replace('value="y"', 'value="x"'));
  await reports(ALL_CURRENT);
});

it('An edited script makes the later checkpoints of its step stale.', async () => {
  project.script('c', 'echo edited');
  const sentence = '`c`: its script scripts/c was edited';
  await reports(['a: current', 'b: current', 'c: current', `d: ${sentence}`]);
});

it('Changes since a step last succeeded are listed.', async () => {
  project.script('c', 'exit 3');
  project.edit((text) => text.replace('value="x"', 'value="y"'));
  await watch.services.builds.start({ path, resume: 'b' }, {});
  const failed = await watch.until(({ last }) => last?.state === 'failed' && last);
  const good = [...watch.runs.keys()].sort()[0];
  const asked = { path, run: failed.run, step: 'c' };
  expect(await watch.services.builds.changedSinceGood(asked, {})).toEqual({
    since: good,
    isKnown: true,
    changes: [
      '`b` read `key_value_pairs/pair[key=hostname]/value`: it has another value',
      '`c`: its script scripts/c was edited',
      '`c` read `key_value_pairs/pair[key=other]/value`, which it did not read before',
    ].slice(0, 2),
  });
});

it('Changes are not known where the journal of an earlier step is gone.', async () => {
  const { builds } = watch.services;
  const first = watch.last?.run;
  await builds.start({ path, resume: 'c' }, {});
  const good = await watch.until(({ last }) => last?.run !== first && last?.state === 'done' && last);
  const journal = join(project.folder, 'area', 'logs', `${first}.jsonl`);
  renameSync(journal, `${journal}.1`);
  project.script('c', 'exit 3');
  project.edit((text) => text.replace('value="x"', 'value="y"'));
  await builds.start({ path, resume: 'b' }, {});
  const failed = await watch.until(({ last }) => last?.state === 'failed' && last);
  expect(await builds.changedSinceGood({ path, run: failed.run, step: 'c' }, {})).toMatchObject({
    since: good.run,
    isKnown: false,
  });
});
