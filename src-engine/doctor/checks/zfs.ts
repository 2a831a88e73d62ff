import { reasonOf } from '../../../src-shared/errors';
import { BACKENDS } from '../../snapshots/backends';
import { zfsCommand } from '../../system/zfs-command';
import type { Check } from '../check';
import { installCommand } from '../../system/executables';
import { pools } from '../zfs-state';

/** Whether ZFS works on this host, and the names of its pools. */
export const zfsCheck: Check = {
  id: 'zfs',
  title: 'zfs',
  async run() {
    const check = { id: 'zfs', title: 'zfs' };
    const zfs = zfsCommand();
    if (!zfs)
      return [
        {
          ...check,
          state: 'note',
          detail: 'not installed; build areas in directories work without it',
          fix: installCommand(BACKENDS.zfs.tool.pkg, BACKENDS.zfs.tool.tool),
        },
      ];
    try {
      const names = await pools(zfs);
      const detail = names.length > 0 ? `pools: ${names.join(', ')}` : 'works; there is no pool yet';
      return [{ ...check, state: 'ok', detail }];
    } catch (error) {
      const detail = `installed, but does not answer: ${reasonOf(error)}`;
      return [{ ...check, state: 'note', detail, fix: 'Start the ZFS service of this system.' }];
    }
  },
};
