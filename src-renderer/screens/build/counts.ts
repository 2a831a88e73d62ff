/** Numbers of files that differ between two checkpoints. */
export interface TreeCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}
