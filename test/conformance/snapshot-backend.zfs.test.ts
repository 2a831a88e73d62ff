import { createZfsBackend } from '../../src-engine/snapshots/zfs';
import { runTool } from '../support/run-tool';
import { hasKernelZfs, lacksZfs, zfsPool, type TemporaryPool } from '../support/temp-zpool';
import { eventually } from '../support/eventually';
import { describeSnapshotBackend } from './snapshot-backend';

let pool: TemporaryPool;
let areas = 0;

describeSnapshotBackend({
  name: 'zfs',
  lacks: lacksZfs(),
  properties: () => ({
    keeps: 'everything',
    root: true,
    xattrs: pool.xattrs,
    nanoseconds: hasKernelZfs(),
    persistent: true,
    knowsUntouched: true,
    refusesBusy: true,
    viewsStopSwitches: true,
  }),
  setUp: async () => void (pool = await zfsPool()),
  tearDown: () => pool.dispose(),
  async area() {
    const area = `${pool.name}/area${areas++}`;
    runTool('zfs', 'create', area);
    const dataset = `${area}/build_data`;
    const mountpoint = `/${dataset}`;
    return {
      backend: createZfsBackend({ dataset, mountpoint }),
      buildData: mountpoint,
      reopen: { kind: 'zfs', dataset, mountpoint },
      used: () => {
        runTool('sync');
        return Number(runTool('zfs', 'get', '-H', '-p', '-o', 'value', 'used', area));
      },
      hold: (name) => {
        runTool('zfs', 'hold', 'test', `${dataset}@${name}`);
        return () => runTool('zfs', 'release', 'test', `${dataset}@${name}`);
      },
      clone: (name) => {
        const clone = `${pool.name}/clone${areas}`;
        runTool('zfs', 'clone', `${dataset}@${name}`, clone);
        return () => eventually(() => runTool('zfs', 'destroy', clone));
      },
    };
  },
});
