import type { DeclaredStep, Manifest } from '../../src-shared/manifest/model';
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
  /** Patterns of names. A package of one is unpacked too when a named package depends on it. */
  readonly follows: readonly string[];
}

/** The settings of a script without a description. All but the smallest installers work like this. */
export const DEFAULT_RECIPE: Recipe = {
  base: ['?essential'],
  also: [],
  recommends: false,
  unpacks: false,
  follows: [],
};

/**
 * Reads how the packages of a manifest are installed: the entry `installs` of `SCRIPT.meta.json` of the first step that
 * has one; `undefined` when none has.
 */
export function readRecipe(manifest: Manifest, folder = process.cwd()): Recipe | undefined {
  const installs = installsOf(installingStep(manifest, folder), folder);
  return (
    installs && {
      base: stringsIn(installs['base']),
      also: stringsIn(installs['also']),
      recommends: installs['recommends'] === true,
      unpacks: installs['unpacks'] === true,
      follows: stringsIn(installs['follows']),
    }
  );
}

/** The step that installs the packages of a manifest, by their descriptions; `undefined` when none does. */
export function installingStep({ steps }: Manifest, folder = process.cwd()): DeclaredStep | undefined {
  return steps.find((step) => installsOf(step, folder) !== undefined);
}

function installsOf(step: DeclaredStep | undefined, folder: string): Readonly<Record<string, unknown>> | undefined {
  const installs = step?.script === undefined ? undefined : scriptDescription(step.script, folder)?.['installs'];
  return isRecord(installs) ? installs : undefined;
}
