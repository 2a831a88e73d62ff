import { expect, it } from 'vitest';
import { groupedChecks } from '../../../../src-renderer/screens/hosts/grouped-checks';
import type { PreflightCheck } from '../../../../src-shared/rpc/hosts';

const check = (id: string, state: PreflightCheck['state'], detail = ''): PreflightCheck => ({
  id,
  title: id.replace(':', ' '),
  state,
  detail,
});
const titles = (checks: readonly PreflightCheck[]): string[] =>
  groupedChecks(checks).map(({ title, state }) => `${title} ${state}`);

it('Checks of one kind that passed are one row, and those that need an action come first.', () => {
  const rows = groupedChecks([
    check('manifest', 'ok', 'no errors'),
    check('tool:cpio', 'ok', '/usr/bin/cpio'),
    check('tool:xorriso', 'missing', 'not found'),
    check('tool:zstd', 'ok', '/usr/bin/zstd'),
    check('repository:a', 'ok', 'answers'),
    check('repository:b', 'ok', 'answers'),
  ]);
  expect(rows.map(({ title, detail }) => `${title}: ${detail}`)).toEqual([
    'tool xorriso: not found',
    'manifest: no errors',
    '2 tools: all OK',
    '2 repositories: all OK',
  ]);
  expect(rows[2]?.members.map(({ title }) => title)).toEqual(['tool cpio', 'tool zstd']);
});

it('Many checks with the same failure are one row with its names; a few, and others, stay alone.', () => {
  const packages = (count: number) =>
    Array.from({ length: count }, (_, at) => check(`package:p${at}`, 'missing', 'none'));
  expect(titles([...packages(365), check('package:x', 'missing', 'other')])).toEqual([
    '365 packages missing',
    'package x missing',
  ]);
  expect(titles(packages(3))).toEqual(['package p0 missing', 'package p1 missing', 'package p2 missing']);
});
