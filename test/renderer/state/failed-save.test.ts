import { expect, it, vi } from 'vitest';
import { setField } from '../../../src-shared/document/fields';
import type { Main } from '../../../src-renderer/rpc';
import { DocumentSession } from '../../../src-renderer/state/document-session.svelte';
import { Navigation } from '../../../src-renderer/state/navigation.svelte';
import { Notices } from '../../../src-renderer/state/notices.svelte';

const SOURCE = '<distribution name="one"><distro_constr_params/></distribution>\n';
const REASON = 'The folder /d does not exist.';

it('The reason of a failed save stays when the manifest was also removed.', async () => {
  const nextChange = vi.fn(() => Promise.resolve({ version: undefined, scripts: [], scriptsVersion: '1' }));
  const opened = { path: '/d/manifest.xml', folder: '/d', source: SOURCE, version: '1', encoding: 'utf-8' };
  const main = {
    documents: {
      open: () => Promise.resolve({ ...opened, readOnly: false, scripts: [], scriptsVersion: '1' }),
      save: () => Promise.reject(new Error(REASON)),
      keepForRecovery: () => Promise.resolve(),
      forgetRecovery: () => Promise.resolve(),
      nextChange,
    },
    hosts: { chosen: () => Promise.resolve({ host: 'here' }) },
  } as unknown as Main;
  const nothing = (): void => undefined;
  const notices = new Notices();
  const session = new DocumentSession(main, notices, new Navigation(), {
    onDocument: nothing,
    onTarget: nothing,
    onSaving: nothing,
    onSaved: nothing,
  });
  await session.open(opened.path);
  await vi.waitFor(() => expect(notices.current?.message).toBe('The manifest was removed from the disk.'));

  session.document?.edit((tree) => setField(tree, '', 'name', 'two'));
  expect(await session.save()).toBe(false);
  await vi.waitFor(() => expect(nextChange).toHaveBeenCalledTimes(2));
  await nextChange.mock.results[1]?.value;
  await Promise.resolve();
  expect(notices.current?.message).toBe(REASON);
});
