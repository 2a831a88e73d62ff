import type { SnapshotBackend } from '../../src-engine/snapshots/backend';
import type { BackendArguments } from '../support/snapshot-child';

/** What a backend, on the file system it is tested on, keeps and can do. What it cannot is declared here and not tested. */
export interface BackendProperties {
  /** `files`: only folders and the content of plain files. */
  readonly keeps: 'files' | 'everything';
  /** Device nodes, owners and capabilities can be made and kept. */
  readonly root: boolean;
  readonly xattrs: boolean;
  /** Modification times are kept in nanoseconds, not only whole seconds. */
  readonly nanoseconds: boolean;
  /** Snapshots outlive the process. */
  readonly persistent: boolean;
  /** A file of the build data that was not touched since a snapshot has the identity that it has there. */
  readonly knowsUntouched: boolean;
  /** A tree in which a process works is not rolled back. */
  readonly refusesBusy: boolean;
}

/** A build area to test in. */
export interface BackendUnderTest {
  readonly backend: SnapshotBackend;
  readonly buildData: string;
  /** How another process opens the same backend. */
  readonly reopen?: BackendArguments;
  /** Keeps a snapshot from being destroyed; returns the release. Only where the file system knows that. */
  hold?(name: string): () => void;
  /** Clones a snapshot; returns what destroys the clone. Only where the file system knows that. */
  clone?(name: string): () => Promise<void>;
}

/** What the suite needs to know of a backend. */
export interface BackendSubject {
  readonly name: string;
  /** Why it cannot be tested here; shown in the test's name. */
  readonly lacks: string | undefined;
  properties(): BackendProperties;
  setUp?(): Promise<void>;
  tearDown?(): Promise<void>;
  /** A new area each time, without build data. */
  area(): Promise<BackendUnderTest>;
}
