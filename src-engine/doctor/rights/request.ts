import type { BuildArea } from '../../area/area';

/** The account, the manifest, and how the engine is run for it. */
export interface RightsRequest {
  readonly user: string;
  /** Absolute, without symbolic links. */
  readonly node: string;
  readonly engine: string;
  readonly folder: string;
  /** The manifest's file name in the folder. */
  readonly manifest: string;
  readonly distribution: string;
  readonly steps: readonly string[];
  /** As written in the manifest. */
  readonly scripts: readonly string[];
  readonly area: BuildArea;
}
