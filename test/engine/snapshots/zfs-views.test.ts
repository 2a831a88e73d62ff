// The wait for views before a dataset is renamed. A file system that is this slow cannot be made here, so `zfs` is a function.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createZfsViews, VIEW_TIMEOUT_MS } from '../../../src-engine/snapshots/zfs-views';
import type { ExecResult } from '../../../src-engine/system/exec';
import { ownIdentity } from '../../../src-engine/system/processes';

const AREA = 'pool/area';
const VIEW = `${AREA}/.slipway-view-1-abcdef`;

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

/** The views of an area with one view, whose owner is this process or an earlier one of the same number. */
function viewsWith(owner: { readonly hasEnded: boolean }) {
  const identity = { ...ownIdentity(), ...(owner.hasEnded && { startTime: '1' }) };
  let isThere = true;
  const answer = (stdout: string): Promise<ExecResult> => Promise.resolve({ code: 0, stdout, stderr: '' });
  return createZfsViews(
    AREA,
    ([, , , , , columns]) => {
      const row = columns === 'name' ? [] : ['/nowhere/slipway-view', JSON.stringify(identity)];
      return answer(isThere ? `${[VIEW, ...row].join('\t')}\n` : '');
    },
    () => {
      isThere = false;
      vi.setSystemTime(Date.now() + VIEW_TIMEOUT_MS);
      return answer('');
    },
  );
}

const present = new Map([[VIEW, new Map<string, string>()]]);

it('A view that was closed is no reason to refuse, however long its removal takes.', async () => {
  await viewsWith({ hasEnded: true }).untilClosed('Parking', present);
});

it('A view of a process that runs is waited for, and then refused.', async () => {
  const waiting = viewsWith({ hasEnded: false }).untilClosed('Parking', present);
  vi.setSystemTime(Date.now() + VIEW_TIMEOUT_MS);
  await expect(waiting).rejects.toThrow('Parking is not possible while a checkpoint is read');
});
