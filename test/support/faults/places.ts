import { join } from 'node:path';
import { TestProject } from '../engine';
import { lacksRootOr, lacksTool } from '../run-tool';
import { lacksTempFileSystem, makeTempFileSystem } from '../temp-loop';
import { lacksZfs, zfsPool } from '../temp-zpool';

/** A project with a build area on one kind of file system. */
export interface Place {
  readonly project: TestProject;
  /** As the manifest names it: a folder or a dataset. */
  readonly area: string;
  readonly buildData: string;
  readonly keepsXattrs: boolean;
  dispose(): Promise<void>;
}

/** A kind of build area, and the reason why this host cannot make one. */
export interface PlaceKind {
  readonly name: string;
  readonly lacks: string | undefined;
  /** zfs-fuse stores whole seconds. */
  readonly wholeSeconds: boolean;
  open(): Promise<Place>;
}

/** The account `nobody` of Debian and others. */
const NOBODY = { uid: 65534, gid: 65534 };

function inProject(user?: typeof NOBODY): Promise<Place> {
  const project = new TestProject(undefined, user);
  return Promise.resolve({
    project,
    area: project.area,
    buildData: join(project.area, 'build_data'),
    keepsXattrs: true,
    dispose: () => Promise.resolve(project.dispose()),
  });
}

async function onBtrfs(): Promise<Place> {
  const project = new TestProject();
  const disk = makeTempFileSystem('btrfs');
  const area = join(disk.path, 'area');
  return {
    project,
    area,
    buildData: join(area, 'build_data'),
    keepsXattrs: true,
    dispose: () => {
      disk.dispose();
      return Promise.resolve(project.dispose());
    },
  };
}

async function onZfs(): Promise<Place> {
  const project = new TestProject();
  const pool = await zfsPool();
  const area = `${pool.name}/area`;
  return {
    project,
    area,
    buildData: `/${area}/build_data`,
    keepsXattrs: pool.xattrs,
    dispose: async () => {
      await pool.dispose();
      project.dispose();
    },
  };
}

const plainTools = ['getfattr', 'setfattr'];

/** All kinds of build areas that the seeded suites of faults use. */
export const PLACES: readonly PlaceKind[] = [
  { name: 'plain as root', lacks: lacksRootOr(...plainTools), wholeSeconds: false, open: () => inProject() },
  { name: 'plain as a user', lacks: lacksRootOr(...plainTools), wholeSeconds: false, open: () => inProject(NOBODY) },
  {
    name: 'btrfs',
    lacks: lacksTempFileSystem('btrfs') ?? lacksTool('getfattr'),
    wholeSeconds: false,
    open: () => onBtrfs(),
  },
  { name: 'zfs', lacks: lacksZfs() ?? lacksTool('getfattr'), wholeSeconds: true, open: () => onZfs() },
];
