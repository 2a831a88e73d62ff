import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FollowedJournals } from '../../../../src-main/journals/followed-journal';
import { RunFold } from '../../../../src-main/services/builds/run-fold';
import { newRun } from '../../../../src-shared/runs/run-view';
import { JournalWriter } from '../../../support/journal-writer';

const RUN = 'run-2026-01-01-00-00-00-1';
let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'slipway-fold-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('The end of a run is reported although the log of the same run has read it before.', async () => {
  const journal = new JournalWriter(folder, RUN);
  const journals = new FollowedJournals({
    readFile: async (path, offset = 0, length = Infinity) => (await readFile(path)).subarray(offset, offset + length),
  });
  const fold = new RunFold(journals, journal.path, newRun(RUN));
  const log = journals.subscribe(journal.path, { take: () => undefined });
  journal.append(journal.record('pause-requested', { step: 'a' }));
  await log.readOn();
  expect((await fold.read()).run.pause).toBe('a');
  journal.end();
  await log.readOn();
  const news = await fold.read();
  expect(news.before.state).toBe('running');
  expect(news.run.state).toBe('done');
  expect(news.hasGrown).toBe(true);
  expect(await fold.read()).toMatchObject({ before: { state: 'done' }, hasGrown: false });
});
