import { describe, expect, it } from 'vitest';
import { withMissingRight } from '../../../src-engine/snapshots/zfs-missing-right';

const DENIED = "cannot promote 'tank/area/build_data': permission denied\n";
const USER = { uid: 65534, platform: 'sunos' } as const;

describe('rights that an account lacks', () => {
  it('A denied subcommand names its rights and the command that gives them for the build area.', () => {
    expect(withMissingRight(DENIED, 'promote', 'tank/area/build_data', USER)).toBe(
      "cannot promote 'tank/area/build_data': permission denied. The account needs the rights promote, mount. Let root give them: zfs allow -u nobody promote,mount tank/area",
    );
  });

  it('On Linux a denied mount is left to root, and other subcommands are not.', () => {
    const linux = { ...USER, platform: 'linux' } as const;
    expect(
      withMissingRight('cannot unmount: Insufficient privileges', 'unmount', 'tank/area/build_data', linux),
    ).toMatch(/only root mounts .* sudo\.$/);
    expect(withMissingRight(DENIED, 'rename', 'tank/area/build_data', linux)).toContain(
      'rename,create,mount tank/area',
    );
  });

  it('Other messages, and those of root, stay as they are.', () => {
    expect(withMissingRight('dataset is busy', 'rename', 'tank/area/build_data', USER)).toBe('dataset is busy');
    expect(withMissingRight(DENIED, 'promote', 'tank/area/build_data', { ...USER, uid: 0 })).toBe(DENIED);
    expect(withMissingRight(DENIED, 'get', 'tank/area/build_data', USER)).toBe(DENIED);
  });
});
