import { existsSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { stepVariables, type GivenVariables } from '../area/step-variables';
import { isExecutable } from '../system/executables';
import { AREA_VARIABLE } from './orphans';

/** What the environment of a step is made from. */
export interface StepEnvironmentOptions {
  readonly given: GivenVariables;
  /** Variables that the step's script names. */
  readonly named: readonly string[];
  /** The build area's identity. */
  readonly area: string;
  /** The engine's private folder of this build, which may get a link to `ManifestRead`. */
  readonly folder: string;
  readonly inputsFile: string;
}

/**
 * The environment of a step: what `stepVariables` passes, plus the file for declared inputs and the mark by which leftovers are
 * found. Where no `ManifestRead` is on `PATH`, ours is put at its end, so that scripts find the command they were written for.
 */
export function stepEnvironment({ given, named, area, folder, inputsFile }: StepEnvironmentOptions): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...stepVariables(process.env, given, named),
    SLIPWAY_INPUTS: inputsFile,
    [AREA_VARIABLE]: area,
  };
  const path = (env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '');
  if (hasManifestRead(path)) return env;
  const link = join(folder, 'ManifestRead');
  if (!existsSync(link)) symlinkSync(manifestReadBeside(process.argv[1] ?? ''), link);
  return { ...env, PATH: [...path, folder].join(delimiter) };
}

/** The answer for the last `PATH`: every step of a build has the same. */
let last: { readonly path: string; readonly hasIt: boolean } | undefined;

function hasManifestRead(path: readonly string[]): boolean {
  const joined = path.join(delimiter);
  if (last?.path !== joined)
    last = { path: joined, hasIt: path.some((entry) => isExecutable(join(entry, 'ManifestRead'))) };
  return last.hasIt;
}

/** Our own ManifestRead: its bundle beside the engine's, else the engine's own file, which answers to that name as well. */
function manifestReadBeside(engine: string): string {
  const candidates = ['ManifestRead', 'ManifestRead.cjs'].map((name) => join(dirname(engine), name));
  return candidates.find((candidate) => existsSync(candidate)) ?? engine;
}
