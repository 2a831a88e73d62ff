import { reasonOf } from '../../../src-shared/errors';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildArea } from '../../area/area';
import { isFuse } from '../../system/mounts';
import type { Check } from '../check';
import { ask } from '../../system/exec';
import { findTool, installCommand } from '../../system/executables';

/** Without extended attributes an image silently loses capabilities. zfs-fuse has them off by default. */
export function extendedAttributesCheck({ dataset, mountpoint, exists }: BuildArea): Check {
  const check = { id: 'extended-attributes', title: 'extended attributes' };
  return {
    ...check,
    async run() {
      if (!exists || process.platform !== 'linux') return [];
      if (findTool('setfattr') === undefined)
        return [
          { ...check, state: 'unknown', detail: 'setfattr is not installed', fix: installCommand('attr', 'setfattr') },
        ];
      const folder = mkdtempSync(join(mountpoint, '.slipway-probe-'));
      try {
        const probe = join(folder, 'file');
        writeFileSync(probe, '');
        await ask(['setfattr', '-n', 'user.slipway', '-v', '1', probe]);
        return [{ ...check, state: 'ok', detail: 'stored' }];
      } catch (error) {
        return [
          {
            ...check,
            state: 'note',
            detail: `not stored in ${mountpoint}, so file capabilities in the image would be lost (${reasonOf(error)})`,
            fix:
              dataset !== undefined && isFuse(mountpoint)
                ? 'Start zfs-fuse with -x.'
                : 'Mount the file system with extended attributes.',
          },
        ];
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
