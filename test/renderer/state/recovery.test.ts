import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setField } from '../../../src-shared/document/fields';
import type { Main } from '../../../src-renderer/rpc';
import { DocumentSession } from '../../../src-renderer/state/document-session.svelte';
import { Navigation } from '../../../src-renderer/state/navigation.svelte';
import { Notices } from '../../../src-renderer/state/notices.svelte';

const SAVED = `<?xml version="1.0"?>
<distribution name="one">
  <distro_constr_params/>
</distribution>
`;
const PATH = '/d/manifest.xml';
const SCRIPT = { path: 'scripts/one', executable: true, text: '#!/bin/sh\n' };

/** Main with one document on disk: its recovery copy, and its calls in order. */
function fakeMain(recovery?: { source: string; scripts: Record<string, string>; savedAt: string }) {
  const kept = new Map<string, { source: string; scripts: Record<string, string> }>();
  const opened = { folder: '/d', source: SAVED, version: '1', encoding: 'utf-8', readOnly: false };
  const main = {
    documents: {
      open: ({ path }: { path: string }) =>
        Promise.resolve({ ...opened, path, scripts: [SCRIPT], scriptsVersion: '1', ...(recovery && { recovery }) }),
      save: () => Promise.resolve({ version: '2' }),
      keepForRecovery: ({ path, source, scripts }: { path: string; source: string; scripts: Record<string, string> }) =>
        Promise.resolve(void kept.set(path, { source, scripts })),
      forgetRecovery: ({ path }: { path: string }) => Promise.resolve(void kept.delete(path)),
      nextChange: () => new Promise(() => undefined),
    },
    hosts: { chosen: () => Promise.resolve({ host: 'here' }) },
    scripts: { write: ({ path, text }: { path: string; text: string }) => Promise.resolve({ ...SCRIPT, path, text }) },
  };
  return { main: main as unknown as Main, kept };
}

async function openSession(recovery?: Parameters<typeof fakeMain>[0]) {
  const { main, kept } = fakeMain(recovery);
  const listener = {
    onDocument: () => undefined,
    onTarget: () => undefined,
    onSaving: () => undefined,
    onSaved: () => undefined,
  };
  const session = new DocumentSession(main, new Notices(), new Navigation(), listener);
  await session.open(PATH);
  const document = session.document;
  if (!document) throw new Error('not open');
  return { session, document, kept };
}

const rename =
  (name: string) =>
  (tree: Parameters<typeof setField>[0]): ReturnType<typeof setField> =>
    setField(tree, '', 'name', name);

type Open = Awaited<ReturnType<typeof openSession>>;

const EDITS: readonly (readonly [string, (open: Open) => unknown])[] = [
  ['a form', ({ document }) => document.edit(rename('two'))],
  ['a fix', ({ document }) => document.apply(rename('two')(document.loaded?.tree ?? expect.fail('not read')))],
  ['the XML editor', ({ document }) => document.replace('Edit XML', SAVED.replace('one', 'two'), 'xml')],
  ['a restore', ({ session }) => session.restore({ source: SAVED.replace('one', 'two'), scripts: {} })],
];

const SOON_MS = 5000;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(SOON_MS);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each(EDITS)('Unsaved work of %s is kept for recovery.', async (_, edit) => {
  const open = await openSession();
  edit(open);
  await settle();
  expect(open.kept.get(PATH)?.source).toContain('two');
});

it('Unsaved text of a script is kept for recovery.', async () => {
  const { session, kept } = await openSession();
  session.scripts.type(SCRIPT.path, '#!/bin/sh\nexit 1\n');
  await settle();
  expect(kept.get(PATH)?.scripts).toEqual({ [SCRIPT.path]: '#!/bin/sh\nexit 1\n' });
});

it('What Undo and Redo bring back is kept for recovery.', async () => {
  const { session, document, kept } = await openSession();
  document.edit(rename('two'));
  document.endGesture();
  document.edit(rename('three'));
  session.undo();
  await settle();
  expect(kept.get(PATH)?.source).toContain('two');
  session.redo();
  await settle();
  expect(kept.get(PATH)?.source).toContain('three');
});

it.each<[string, (open: Open) => unknown]>([
  ['undone', ({ session }) => session.undo()],
  ['saved', ({ session }) => session.save()],
  ['discarded with the document', ({ session }) => session.close()],
  ['discarded for another document', ({ session }) => session.open('/other/manifest.xml')],
])('Nothing is kept after the work is %s.', async (_, end) => {
  const open = await openSession();
  open.document.edit(rename('two'));
  await settle();
  expect(open.kept.has(PATH)).toBe(true);
  await end(open);
  await settle();
  expect(open.kept.size).toBe(0);
});

it('Work that is discarded at once is not kept later.', async () => {
  const { session, document, kept } = await openSession();
  document.edit(rename('two'));
  session.close();
  await settle();
  expect(kept.size).toBe(0);
});

it('A question about recovery that the user has not answered stays.', async () => {
  const { session, kept } = await openSession({ source: 'earlier', scripts: {}, savedAt: '2026-01-01T00:00:00Z' });
  kept.set(PATH, { source: 'earlier', scripts: {} });
  session.close();
  await settle();
  expect(kept.get(PATH)?.source).toBe('earlier');
});
