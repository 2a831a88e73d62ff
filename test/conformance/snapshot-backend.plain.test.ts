import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlainBackend } from '../../src-engine/snapshots/plain';
import { lacksTool, runTool } from '../support/run-tool';
import { describeSnapshotBackend } from './snapshot-backend';

const folder = mkdtempSync(join(tmpdir(), 'slipway-plain-'));
let areas = 0;
// All tests also run as an ordinary user, except those of things that only root can create.
const isRoot = process.getuid?.() === 0;

describeSnapshotBackend({
  name: 'plain',
  lacks: lacksTool('getfattr', ...(isRoot ? ['setfattr', 'setfacl', 'setcap'] : [])),
  properties: () => ({
    keeps: 'everything',
    root: isRoot,
    xattrs: true,
    nanoseconds: true,
    persistent: true,
    knowsUntouched: true,
    refusesBusy: true,
  }),
  async tearDown() {
    runTool('chmod', '-R', 'u+rwX', folder); // an ordinary user could not empty them
    runTool('rm', '-rf', folder);
  },
  async area() {
    const area = join(folder, `${areas++}`);
    mkdirSync(area);
    const places = { buildData: join(area, 'build_data'), store: join(area, '.slipway/snapshots') };
    return {
      backend: createPlainBackend(places),
      buildData: places.buildData,
      reopen: { kind: 'plain', ...places },
      used: () => Number(runTool('du', '-s', '--block-size=1', area).split('\t')[0]),
    };
  },
});
