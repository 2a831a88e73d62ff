import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPlainBackend } from '../../src-engine/snapshots/plain';
import { lacksTempFileSystem, makeTempFileSystem, type TemporaryPlace } from '../support/temp-loop';
import { runTool } from '../support/run-tool';
import { usedBytes } from '../support/used-bytes';
import { describeSnapshotBackend } from './snapshot-backend';

let place: TemporaryPlace;
let areas = 0;

describeSnapshotBackend({
  name: 'plain (reflink copies on XFS)',
  lacks: lacksTempFileSystem('xfs'),
  properties: () => ({
    keeps: 'everything',
    root: true,
    xattrs: true,
    nanoseconds: true,
    persistent: true,
    knowsUntouched: true,
    refusesBusy: true,
  }),
  setUp: async () => void (place = makeTempFileSystem('xfs')),
  tearDown: async () => place.dispose(),
  async area() {
    const area = join(place.path, `${areas++}`);
    mkdirSync(area);
    const places = { buildData: join(area, 'build_data'), store: join(area, '.slipway/snapshots') };
    return {
      backend: createPlainBackend(places),
      buildData: places.buildData,
      reopen: { kind: 'plain', ...places },
      used: () => {
        runTool('sync', '-f', place.path);
        return usedBytes(place.path);
      },
    };
  },
});
