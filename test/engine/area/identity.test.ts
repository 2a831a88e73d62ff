import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { areaIdentity } from '../../../src-engine/area/identity';

const folder = mkdtempSync(join(tmpdir(), 'slipway-identity-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('All spellings of an area have one identity, and another area has another one.', () => {
  const [area, other, link] = ['area', 'other', 'link'].map((name) => join(folder, name)) as [string, string, string];
  mkdirSync(area);
  mkdirSync(other);
  symlinkSync(area, link);
  const identity = areaIdentity({ mountpoint: area });
  expect(identity).toMatch(/^\d+:\d+$/);
  expect(areaIdentity({ mountpoint: link })).toBe(identity);
  expect(areaIdentity({ mountpoint: `${folder}/./area` })).toBe(identity);
  expect(areaIdentity({ mountpoint: other })).not.toBe(identity);
});
