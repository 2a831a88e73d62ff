import type { BackendKind } from './backend';

/** What differs between backends besides their code. */
interface BackendFacts {
  /** The start of a sentence with the reason for its choice. */
  readonly title: string;
  /** The command that it needs, and the Debian package with it. */
  readonly tool?: { readonly tool: string; readonly pkg: string };
  /** What only root can make and remove. */
  readonly needsRoot?: string;
  /** What a checkpoint costs beyond a call into the kernel, as a clause. */
  readonly cost?: string;
  /** Whether the bytes that one snapshot holds alone depend on the build data of the moment. */
  readonly hasMovingSizes?: boolean;
}

/** All backends. `select.ts` chooses among them. */
export const BACKENDS = {
  zfs: {
    title: 'ZFS snapshots',
    tool: { tool: 'zfs', pkg: 'zfsutils-linux' },
    needsRoot: 'ZFS datasets',
  },
  btrfs: {
    title: 'btrfs snapshots',
    tool: { tool: 'btrfs', pkg: 'btrfs-progs' },
    needsRoot: 'btrfs subvolumes',
  },
  plain: {
    title: 'copies',
    cost: 'each checkpoint costs what its step changed, and the time to read the metadata of all files',
    hasMovingSizes: true,
  },
  memory: { title: 'memory' },
} as const satisfies Record<BackendKind, BackendFacts>;

/** The facts of a kind that is not known before. */
export const factsOf = (kind: BackendKind): BackendFacts => BACKENDS[kind];
