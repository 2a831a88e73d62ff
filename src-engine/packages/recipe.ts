import { resolve } from 'node:path';
import type { Manifest } from '../../src-shared/manifest/model';
import { readIfThere } from '../system/files';

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
export async function readRecipe(manifest: Manifest, folder = process.cwd()): Promise<Recipe | undefined> {
  for (const { script } of manifest.steps) {
    if (script === undefined) continue;
    const path = resolve(folder, `${script}.meta.json`);
    // An unreadable description counts as missing.
    const text = (await readIfThere(path).catch(() => undefined))?.toString('utf8');
    const installs = text === undefined ? undefined : entryOf(text, 'installs');
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

function entryOf(text: string, name: string): unknown {
  try {
    const read: unknown = JSON.parse(text);
    return isRecord(read) ? read[name] : undefined;
  } catch {
    return undefined; // an unreadable description counts as missing
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const stringsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
