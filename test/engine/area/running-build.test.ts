import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BuildArea } from '../../../src-engine/area/area';
import { acquireLock } from '../../../src-engine/area/lock';
import { runningBuild } from '../../../src-engine/area/running-build';

let area: BuildArea;
beforeEach(() => {
  const mountpoint = mkdtempSync(join(tmpdir(), 'slipway-running-'));
  area = { mountpoint, logs: join(mountpoint, 'logs'), stateFolder: join(mountpoint, '.slipway') } as BuildArea;
  mkdirSync(area.logs);
});
afterEach(() => rmSync(area.mountpoint, { recursive: true }));

it('A build that holds the area is found although its lock file appears a moment later.', async () => {
  const { id, release } = await acquireLock(area, 'build', '/m.xml');
  const file = join(area.stateFolder, 'lock');
  const content = readFileSync(file);
  rmSync(file);
  const found = runningBuild(area); // It reads the area once before it returns.
  writeFileSync(file, content);
  expect(await found).toMatchObject({ id, pid: process.pid });
  release();
});

it('A process that holds the area and writes no lock file is refused in the end.', async () => {
  const { release } = await acquireLock(area, 'prune', '/m.xml');
  rmSync(join(area.stateFolder, 'lock'));
  await expect(runningBuild(area)).rejects.toThrow('it is not known to be a build: its lock file is missing.');
  release();
});
