import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createBtrfsBackend } from '../../src-engine/snapshots/btrfs';
import { lacksTempFileSystem, makeTempFileSystem, type TemporaryPlace } from '../support/temp-loop';
import { runTool } from '../support/run-tool';
import { usedBytes } from '../support/used-bytes';
import { describeSnapshotBackend } from './snapshot-backend';

let place: TemporaryPlace;
let areas = 0;

describeSnapshotBackend({
  name: 'btrfs',
  lacks: lacksTempFileSystem('btrfs'),
  properties: () => ({
    keeps: 'everything',
    root: true,
    xattrs: true,
    nanoseconds: true,
    persistent: true,
    knowsUntouched: true,
    refusesBusy: true,
  }),
  setUp: async () => void (place = makeTempFileSystem('btrfs')),
  tearDown: async () => place.dispose(),
  async area() {
    const area = join(place.path, `${areas++}`);
    mkdirSync(area);
    const places = { buildData: join(area, 'build_data'), store: join(area, '.slipway/snapshots') };
    return {
      backend: createBtrfsBackend(places),
      buildData: places.buildData,
      reopen: { kind: 'btrfs', ...places },
      used: () => {
        runTool('btrfs', 'filesystem', 'sync', place.path);
        runTool('btrfs', 'subvolume', 'sync', place.path); // what earlier tests deleted is freed in the background
        runTool('btrfs', 'filesystem', 'sync', place.path); // freed extents count as used until the next commit
        return usedBytes(place.path);
      },
    };
  },
});
