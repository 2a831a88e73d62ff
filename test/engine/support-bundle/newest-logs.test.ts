import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newestLogs } from '../../../src-engine/support-bundle/newest-logs';
import { tempFolder } from '../../support/temp-folder';

it('Compressed logs are reported and left out: no secret could be found in them.', async () => {
  const folder = tempFolder();
  const packed = [
    'run-2026-11-30-10-00-00-000001.jsonl.gz',
    'simple-log-2026-11-30-10-00-00.xz',
    'detail-log-2026-11-30-10-00-00.1.gz',
  ];
  for (const name of [...packed, 'detail-log-2026-11-30-11-00-00', 'notes.gz'])
    writeFileSync(join(folder, name), 'text\n');
  const { logs, unread, older } = await newestLogs(folder, { each: 1000, all: 1000 });
  expect(logs.map(({ name }) => name)).toEqual(['detail-log-2026-11-30-11-00-00']);
  expect([...unread].sort()).toEqual(packed.map((name) => `${join(folder, name)} is compressed`).sort());
  expect(older).toBe(0);
});
