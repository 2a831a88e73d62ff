import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryBackend } from '../../src-engine/snapshots/memory';
import { describeSnapshotBackend } from './snapshot-backend';

const folder = mkdtempSync(join(tmpdir(), 'slipway-memory-'));
let areas = 0;

describeSnapshotBackend({
  name: 'memory',
  lacks: undefined,
  properties: () => ({
    keeps: 'files',
    root: false,
    xattrs: false,
    nanoseconds: true,
    persistent: false,
    knowsUntouched: false,
    refusesBusy: false,
  }),
  tearDown: async () => rmSync(folder, { recursive: true }),
  async area() {
    const buildData = join(folder, `${areas++}/build_data`);
    return { backend: createMemoryBackend({ buildData }), buildData };
  },
});
