import { expect, it } from 'vitest';
import { describePutAway, putAwayLog, putAwayLogs } from '../../../src-shared/runs/put-away';

const RUN = 'run-2026-11-30-10-00-00-000007.jsonl';
const LOG = 'detail-log-2026-11-30-10-00-00';

it.each([
  [`${RUN}.gz`, RUN],
  [`${RUN}.1.gz`, RUN],
  [`${RUN}-20261130.xz`, RUN],
  [`${RUN}.1`, RUN],
  [`${LOG}.zst`, LOG],
  [`${LOG}-20261130`, LOG],
])('%s is a log that was put away.', (file, log) => {
  expect(putAwayLog(file)).toEqual({ run: /run-[\d-]*/.exec(log.replace('detail-log', 'run'))?.[0], log, file });
});

it.each([RUN, LOG, `${LOG}-2`, `${RUN}.bak`, `${RUN}.tmp.gz`, 'simple-log-2026-11-30-10-00-00.gz', 'notes.gz'])(
  '%s is none.',
  (file) => expect(putAwayLog(file)).toBeUndefined(),
);

it('A log that is there under its own name is not put away.', () => {
  expect([...putAwayLogs([`${RUN}.gz`, RUN, `${LOG}.gz`]).keys()]).toEqual(['run-2026-11-30-10-00-00']);
});

it('The command that brings a log back is named, with quoted paths.', () => {
  const packed = describePutAway({ log: LOG, file: `${LOG}.xz` }, '/srv/my area/logs');
  expect(packed.message).toContain(`was compressed by another program: /srv/my area/logs/${LOG}.xz`);
  expect(packed.hint).toContain(`xz -dc '/srv/my area/logs/${LOG}.xz' >'/srv/my area/logs/${LOG}'`);
  expect(describePutAway({ log: LOG, file: `${LOG}.1` }, '/logs').hint).toContain(`mv /logs/${LOG}.1 /logs/${LOG}`);
});
