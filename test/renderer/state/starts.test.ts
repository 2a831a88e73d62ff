import { expect, it, vi } from 'vitest';
import { Navigation } from '../../../src-renderer/state/navigation.svelte';
import { Notices } from '../../../src-renderer/state/notices.svelte';
import { Starts } from '../../../src-renderer/state/starts.svelte';

type Parameters = ConstructorParameters<typeof Starts>;

it('A user who has agreed to the loss of foreign files is not asked again after the question about a stale checkpoint.', async () => {
  const target = { host: 'here', path: '/d/manifest.xml' };
  const navigation = new Navigation();
  const start = vi.fn(() => Promise.resolve({ queued: false }));
  const freshness = { kind: 'stale', reasons: ['`hostname` was changed.'] };
  const main = {
    builds: { plan: () => Promise.resolve({ freshness, suggested: null }), start },
    trust: { check: () => Promise.resolve({ isTrusted: true }) },
  };
  const column = { step: 'b', index: 1, snapshot: {}, resumable: true, refusalLines: [] };
  const area = { path: '/area', dataset: null, foreign: { count: 1, names: ['thesis.tex'], hasLostRecords: false } };
  const parts = {
    main,
    navigation,
    notices: new Notices(),
    session: { document: { loaded: {} }, isUnsaved: false, target },
    hosts: { isRemote: false },
    lines: { parked: [] },
    runs: { holdEnds: (run: () => Promise<void>) => run() },
    recommendation: { keepsPresent: () => undefined },
  };
  const builds = { columns: [column], runs: [], refresh: () => Promise.resolve(area), onStart: () => undefined };
  const starts = new Starts(parts as unknown as Parameters[0], builds as unknown as Parameters[1]);

  await starts.start({ resume: 'b' });
  const adopt = navigation.dialog;
  if (adopt?.kind !== 'adopt-area') throw new Error('the user was not asked about the files');
  adopt.then();
  await vi.waitFor(() => expect(navigation.dialog?.kind).toBe('stale-checkpoint'));
  await vi.waitFor(() => expect(starts.isStarting).toBe(false));
  const stale = navigation.dialog;
  if (stale?.kind !== 'stale-checkpoint') throw new Error('the user was not asked about the checkpoint');
  expect(stale.foreignFiles).toBe(true);

  navigation.closeDialog();
  await starts.start({ resume: stale.step }, { stale: true, foreignFiles: stale.foreignFiles });
  expect(navigation.dialog).toBeUndefined();
  expect(start).toHaveBeenCalledWith({ ...target, resume: 'b', adopt: true });
});
