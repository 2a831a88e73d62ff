import type { Problem } from './problems';
import type { ManifestTree } from './tree';
export function validateManifest(_tree: ManifestTree, _o: object): Problem[] {
  return [];
}
export function checkStepNames(_m: unknown): Problem[] {
  return [];
}
