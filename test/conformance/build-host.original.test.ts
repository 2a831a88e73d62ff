import { TestProject } from '../support/engine';
import { originalHost } from '../support/original-host';
import { lacksZfs, zfsPool, type TemporaryPool } from '../support/temp-zpool';
import { describeBuildHost } from './build-host';

let pool: TemporaryPool;
let areas = 0;

describeBuildHost({
  name: 'with only the original command',
  lacks: lacksZfs(),
  // zfs-fuse has no `.zfs` folder, where this host reads the files of a checkpoint.
  properties: { knowsFreshness: false, movesPause: false, prunes: false, readsFiles: false, hasOwnCommands: false },
  async setUp() {
    pool = await zfsPool();
  },
  tearDown: () => pool?.dispose(),
  open(steps) {
    const project = new TestProject({ steps, area: `${pool.name}/area${areas++}` });
    return { host: originalHost(project.folder), project };
  },
});
