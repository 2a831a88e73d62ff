import { expect, it } from 'vitest';
import { checklistLines } from '../../../../src-renderer/screens/compose/overview/checklist';
import type { PreflightCheck } from '../../../../src-shared/rpc/hosts';

const check = (id: string, state: PreflightCheck['state'] = 'ok', detail = ''): PreflightCheck => ({
  id,
  title: id.replace(':', ' '),
  state,
  detail,
});

it('Checks of one kind are one line, with the worst of them.', () => {
  const lines = checklistLines([
    check('manifest', 'ok', 'no errors'),
    check('tool:xorriso'),
    { ...check('tool:mksquashfs', 'missing', 'not found'), fix: 'apt-get install squashfs-tools' },
    check('tool:mmdebstrap', 'missing', 'not found'),
    check('free-space', 'ok', '20 GiB free'),
  ]);
  expect(lines).toEqual([
    { title: 'Manifest', state: 'ok', text: 'no errors' },
    {
      title: 'Tools',
      state: 'missing',
      text: 'tool mksquashfs: not found and 1 more',
      fix: 'apt-get install squashfs-tools',
    },
    { title: 'Space', state: 'ok', text: '20 GiB free' },
  ]);
});

it('Other checks are shown only when they need attention.', () => {
  const lines = checklistLines([check('tool:a'), check('tool:b'), check('node'), check('lock', 'note', 'held')]);
  expect(lines).toEqual([
    { title: 'Tools', state: 'ok', text: '2 tools checked' },
    { title: 'Lock', state: 'note', text: 'held' },
  ]);
});
