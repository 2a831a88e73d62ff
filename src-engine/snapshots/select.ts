import { dirname, join } from 'node:path';
import { exec, type RunTool } from '../system/exec';
import { exists } from '../system/files';
import { isBtrfs } from '../system/mounts';
import type { BackendKind, SnapshotBackend } from './backend';
import { BACKENDS } from './backends';

/** The properties of a build area that determine its snapshot backend. */
export interface AreaForSnapshots {
  /** The area's ZFS dataset; missing for a directory. */
  readonly dataset?: string;
  readonly mountpoint: string;
  readonly buildData: string;
  readonly stateFolder: string;
}

/** The backend of a build area, and a sentence with the reason for the choice. */
export interface BackendChoice {
  readonly backend: SnapshotBackend;
  readonly reason: string;
}

/** Whether a backend is suitable for an area, with the reason as a clause. */
interface Suitability {
  readonly suits: boolean;
  readonly because: string;
}

/** A candidate for the backend of an area. Its code is loaded when it is chosen. */
interface Candidate {
  readonly kind: BackendKind;
  /** @param declined why the previous candidate is not suitable */
  probe(area: AreaForSnapshots, declined: string): Suitability | Promise<Suitability>;
  open(area: AreaForSnapshots, run?: RunTool): Promise<SnapshotBackend>;
}

/** In the order of preference. The last one is suitable for every area. */
const CANDIDATES: readonly Candidate[] = [
  {
    kind: 'zfs',
    probe: ({ dataset }) =>
      dataset === undefined
        ? { suits: false, because: 'no ZFS dataset is mounted exactly there' }
        : { suits: true, because: 'the build area is a ZFS dataset' },
    async open({ dataset = '', buildData }, run) {
      const { createZfsBackend } = await import('./zfs');
      return createZfsBackend({ dataset: `${dataset}/build_data`, mountpoint: buildData }, run);
    },
  },
  {
    kind: 'btrfs',
    probe: probeBtrfs,
    async open(area) {
      const { createBtrfsBackend } = await import('./btrfs');
      return createBtrfsBackend(placesOf(area));
    },
  },
  {
    kind: 'plain',
    probe: (_, declined) => ({ suits: true, because: declined }),
    async open(area) {
      const { createPlainBackend } = await import('./plain');
      return createPlainBackend(placesOf(area));
    },
  },
];

/**
 * Opens the backend of a build area. Nothing is created.
 *
 * @param run runs the tools of a backend that does all of its work with them, which is ZFS
 */
export async function openBackend(area: AreaForSnapshots, run?: RunTool): Promise<SnapshotBackend> {
  return (await describeBackend(area, run)).backend;
}

/** As `openBackend`, with the reason. */
export async function describeBackend(area: AreaForSnapshots, run?: RunTool): Promise<BackendChoice> {
  let declined = '';
  for (const { kind, probe, open } of CANDIDATES) {
    const { suits, because } = await probe(area, declined);
    if (suits) return { backend: await open(area, run), reason: `${BACKENDS[kind].title}, because ${because}` };
    declined = because;
  }
  throw new Error('the last candidate suits every area');
}

async function probeBtrfs(area: AreaForSnapshots, declined: string): Promise<Suitability> {
  const no = (because: string): Suitability => ({ suits: false, because });
  if (!willBeOnBtrfs(area.mountpoint))
    return no(`the build area is a plain directory: ${declined}, and it is not on btrfs`);
  if (process.getuid?.() !== 0) return no('only root may delete btrfs subvolumes');
  const { isSubvolume } = await import('./btrfs');
  // An area that was built as a plain directory, for example by an ordinary user, stays one.
  if (exists(placesOf(area).store) && exists(area.buildData) && !isSubvolume(area.buildData))
    return no('the build data is not a btrfs subvolume');
  const { tool } = BACKENDS.btrfs.tool;
  const hasTool = await exec([tool, '--version']).then(
    () => true,
    () => false,
  );
  return hasTool ? { suits: true, because: 'the build area is on btrfs' } : no(`the ${tool} command is not installed`);
}

/** The folder in which a backend keeps snapshots as files. */
function placesOf({ buildData, stateFolder }: AreaForSnapshots): { buildData: string; store: string } {
  return { buildData, store: join(stateFolder, 'snapshots') };
}

/** Checks the file system of the path, or of the nearest existing ancestor. */
function willBeOnBtrfs(path: string): boolean {
  if (exists(path)) return isBtrfs(path);
  return dirname(path) !== path && willBeOnBtrfs(dirname(path));
}
