import type { SnapshotBackend } from '../../src-engine/snapshots/backend';
import type { BackendArguments } from '../support/snapshot-child';

/** What a backend can keep on the file system under test. Functions that are not declared here are not tested. */
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
  /** An unchanged file of the build data has the same identity as in the last snapshot. */
  readonly knowsUntouched: boolean;
  /** A tree that a process uses is not rolled back. */
  readonly refusesBusy: boolean;
  /** There is no switch between lines while a checkpoint is read. */
  readonly viewsStopSwitches?: boolean;
}

/** A build area to test in. */
export interface BackendUnderTest {
  readonly backend: SnapshotBackend;
  readonly buildData: string;
  /** How another process opens the same backend. */
  readonly reopen?: BackendArguments;
  /** Protects a snapshot from being destroyed; returns the release. Only where the file system supports that. */
  hold?(name: string): () => void;
  /** The bytes that the area has on its file system, which may take a moment to be up to date. */
  used?(): number;
  /** Clones a snapshot; returns the function that destroys the clone. Only where the file system supports that. */
  clone?(name: string): () => Promise<void>;
}

/** The part of a backend that the suite needs. */
export interface BackendSubject {
  readonly name: string;
  /** Why it cannot be tested here. The test's name shows the reason. */
  readonly lacks: string | undefined;
  properties(): BackendProperties;
  setUp?(): Promise<void>;
  tearDown?(): Promise<void>;
  /** A new area each time, without build data. */
  area(): Promise<BackendUnderTest>;
}
