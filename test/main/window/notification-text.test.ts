import { expect, it } from 'vitest';
import { notificationText } from '../../../src-main/window/notification-text';
import { newRun } from '../../../src-shared/runs/run-view';

const run = { ...newRun('run-1'), state: 'paused' as const, pausedBefore: 'a\u202eb\u001b[2J<img src=x>&amp;\nc' };

it('A notification shows controls of a name as text, and no markup of it.', () => {
  const { title, body } = notificationText('/home/\u202eevil<b>/manifest.xml', run);
  expect([title, body]).toEqual(['\\u202eevil‹b> is paused', 'Before a\\u202eb\\x1b[2J‹img src=x>＆amp;\\nc.']);
});

it('A long name leaves room for the sentence of a notification.', () => {
  const { title } = notificationText(`/${'n'.repeat(5000)}/manifest.xml`, run);
  expect(title).toMatch(/^n{80}… is paused$/);
});
