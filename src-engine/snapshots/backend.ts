import type { BackendName } from '../../src-shared/engine-answers/backend';
import type { RunStoreTool } from './store-tools';
import type { TreeView } from './tree-view';

/**
 * One snapshot of the build data. `name` is what the engine chose (`.step_im-pop`, `empty`); `id` is what the file
 * system calls it (`pool/area/build_data@.step_im-pop`).
 */
export interface Snapshot {
  readonly name: string;
  readonly id: string;
  /** Seconds since the epoch; order among snapshots is the order of `list()`, not this. */
  readonly takenAt: number;
  /** A clause with the reason why it cannot be used: `its index is damaged`. It can still be destroyed. */
  readonly damage?: string;
  /** The file system's own identity of the snapshot, which renaming does not change. Missing where it has none. */
  readonly guid?: string;
}

/** The size of a snapshot. `undefined` where the file system cannot report it cheaply. */
export interface SnapshotSize {
  /** Bytes the snapshot refers to. */
  readonly referenced: number | undefined;
  /** Bytes that would be freed by destroying it alone. */
  readonly unique: number | undefined;
}

/** A read-only view of a snapshot. `close` MUST be called; it never touches the live build data. */
export interface SnapshotView {
  readonly tree: TreeView;
  /**
   * The path of a folder with the tree, for tools that need one. The caller does not write into it. `close` removes it.
   * Creating it may take as long as copying the tree, so `tree` is preferred where it suffices.
   */
  folder(): Promise<string>;
  /**
   * Writes the exact tree with all metadata into an empty folder on any file system; the folder itself gets the
   * metadata of the tree's root. An ordinary user's copy lacks the parts that need root. Throws when anything else
   * cannot be written; then the folder is incomplete.
   *
   * @param tool runs the tools that copy
   * @returns the number of extended attributes that were left out because they need root
   */
  copyInto(folder: string, tool: RunStoreTool): Promise<number>;
  close(): Promise<void>;
}

/** How many stored files a listing checks for damage: those that can be checked quickly, or all of them. */
export type CheckExtent = 'quick' | 'all';

/**
 * The lines that are parked beside the build data (docs/lines.md). A parked line has its snapshots, those it shares with other
 * lines included, and its last tree.
 *
 * Every operation can be repeated: after a crash at any moment the same call completes it. The caller records first what
 * it is about to do, and does nothing else with the build data until it is complete. No operation destroys a snapshot
 * that another line has.
 */
export interface ParkedLines {
  /** The snapshots of each parked line in the order in which they were taken. */
  list(): Promise<ReadonlyMap<string, readonly Snapshot[]>>;

  /**
   * Reads what the next `park` needs, at the same time as the caller reads other things. The caller holds the area's
   * lock from here on.
   */
  beforePark?(): Promise<void>;

  /**
   * Parks the build data with its snapshots under a new id. Until `fork`, `activate` or `reset` there may be no build
   * data. MUST refuse, with nothing changed, when the tree is busy.
   */
  park(line: string): Promise<void>;

  /** Makes build data that equal a snapshot of a parked line, and that share its snapshots up to this one. */
  fork(line: string, name: string): Promise<void>;

  /** Opens a read-only view of a snapshot of a parked line or, without a name, of its last tree. */
  open(line: string, name?: string): Promise<SnapshotView>;

  /** Makes a parked line the build data again: its last tree, and all its snapshots. */
  activate(line: string): Promise<void>;

  /** Destroys a parked line: its last tree, and the snapshots that no other line has. MUST throw when one is held or cloned. */
  destroy(line: string): Promise<void>;

  /**
   * Destroys snapshots of a parked line that no other line has. What the line has else stays. MUST throw when one is
   * held or cloned.
   */
  prune(line: string, names: readonly string[]): Promise<void>;

  /**
   * Whether a rollback of the build data to a snapshot, or without a name a reset, would destroy snapshots on which
   * parked lines depend. The caller then parks the build data, forks, and destroys what it has parked.
   */
  blockRollback(name?: string): Promise<boolean>;

  /** The bytes that destroying all these lines together frees; `undefined` where that cannot be determined. */
  bytes(lines: readonly string[]): Promise<number | undefined>;

  /** As `bytes`, for each line alone. What all of them need is read once. */
  bytesEach(lines: readonly string[]): Promise<ReadonlyMap<string, number | undefined>>;
}

/** All backends. `memory` is for tests. */
export type BackendKind = BackendName | 'memory';

/**
 * Snapshots of one directory tree, the build data of one build area.
 *
 * Every operation either does what its name promises or throws an `AppError`; none reports an unverified success.
 * `select.ts` has the implementations. The duties below are tested by test/conformance/snapshot-backend.ts.
 */
export interface SnapshotBackend {
  readonly kind: BackendKind;

  /**
   * Whether `take` also forces to the disk what was written anywhere in the build area before it. Then the caller need
   * not sync the files that belong to the checkpoint.
   */
  readonly takeSyncsArea: boolean;

  /**
   * Replaces the build data by an empty tree in the backend's form and removes its snapshots. The previous tree MUST
   * survive until the replacement exists; a failure leaves it in its place.
   */
  reset(): Promise<void>;

  /**
   * All snapshots of the build data, including foreign ones, in the order in which they were taken. Empty when there is
   * no build data.
   *
   * @param extent how many stored files are checked for damage, where a backend stores files: `quick` (the default)
   * those of the newest snapshots that can be checked in a fraction of a second, `all` those of all snapshots
   */
  list(extent?: CheckExtent): Promise<readonly Snapshot[]>;

  /**
   * Takes a snapshot. MUST be atomic: after a crash at any moment it is either listed and complete or not listed.
   * MUST throw when a snapshot of this name exists.
   */
  take(name: string): Promise<Snapshot>;

  /**
   * Makes the build data equal to the snapshot and destroys all newer snapshots (contract 2.2, `zfs rollback -r`). MUST
   * refuse, with nothing destroyed, when it is certain to fail: no such snapshot, a newer one that is held or cloned, a
   * busy tree. The snapshot itself MUST survive any failure, so that the call can be repeated.
   *
   * @param listed the result of `list`, when the caller has held the area's lock since; a backend need not list again
   */
  rollback(name: string, listed?: readonly Snapshot[]): Promise<void>;

  /** Destroys one snapshot. MUST throw when it is held, cloned or missing. */
  destroy(name: string): Promise<void>;

  /**
   * The build data as a tree that may change while it is read. Its identities compare with those of snapshots. Without
   * this method the caller uses a plain `FolderTree`.
   */
  live?(): TreeView;

  /** Opens a read-only view of a snapshot. */
  open(name: string): Promise<SnapshotView>;

  size(name: string): Promise<SnapshotSize>;

  /**
   * Bytes that all snapshots occupy together, parts that they share once. Missing, or `undefined`, where that is not
   * known.
   */
  used?(): Promise<number | undefined>;

  /**
   * Bytes that destroying several snapshots frees. It is more than the sum of what each alone would free. Missing, or
   * `undefined`, where that is not known.
   */
  freedBy?(names: readonly string[]): Promise<number | undefined>;

  readonly lines: ParkedLines;
}
