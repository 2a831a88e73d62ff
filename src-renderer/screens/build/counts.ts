/** How many files differ between two checkpoints. */
export interface TreeCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}
