import type { Manifest } from '../../src-shared/manifest/model';
import { isRecord, scriptDescription, stringsIn } from '../area/script-description';

/**
 * How the step that installs packages works. The engine knows no distribution, so the script's description has these
 * settings.
 */
export interface Recipe {
  /** Names and APT patterns that every image gets first. */
  readonly base: readonly string[];
  /** Names and patterns that are installed together with the manifest's. */
  readonly also: readonly string[];
  /** Whether recommended packages are installed too. */
  readonly recommends: boolean;
  /** Whether packages are only unpacked, without their dependencies. */
  readonly unpacks: boolean;
}

/** The settings of a script without a description. All but the smallest installers work like this. */
export const DEFAULT_RECIPE: Recipe = { base: ['?essential'], also: [], recommends: false, unpacks: false };

/**
 * Reads how the packages of a manifest are installed: the entry `installs` of `SCRIPT.meta.json` of the first step that
 * has one; `undefined` when none has.
 */
export function readRecipe(manifest: Manifest, folder = process.cwd()): Recipe | undefined {
  for (const { script } of manifest.steps) {
    if (script === undefined) continue;
    const installs = scriptDescription(script, folder)?.['installs'];
    if (isRecord(installs))
      return {
        base: stringsIn(installs['base']),
        also: stringsIn(installs['also']),
        recommends: installs['recommends'] === true,
        unpacks: installs['unpacks'] === true,
      };
  }
  return undefined;
}
