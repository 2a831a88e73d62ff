import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { stepVariables, type GivenVariables } from '../area/step-variables';
import { isExecutable } from '../system/executables';
import { quote } from '../system/shell-quote';
import { AREA_VARIABLE } from './orphans';

/** The sources of a step's environment. */
export interface StepEnvironmentOptions {
  readonly given: GivenVariables;
  /** Variables that the step's script names. */
  readonly named: readonly string[];
  /** The build area's identity. */
  readonly area: string;
  /** The engine's private folder of this build. It may get a link to `ManifestRead`. */
  readonly folder: string;
  readonly inputsFile: string;
  /** The path of the manifest's lock, which may not exist. */
  readonly lock: string;
}

/**
 * The environment of a step: the variables of `stepVariables`, the file for declared inputs, the lock, a command that
 * runs this engine, and the mark of its processes. Where `PATH` has no `ManifestRead`, ours is appended, because scripts expect the command.
 */
export function stepEnvironment(options: StepEnvironmentOptions): NodeJS.ProcessEnv {
  const { given, named, area, folder, inputsFile, lock } = options;
  const env: NodeJS.ProcessEnv = {
    ...stepVariables(process.env, given, named),
    SLIPWAY_INPUTS: inputsFile,
    SLIPWAY_ENGINE: engineCommand(folder),
    SLIPWAY_LOCK: lock,
    [AREA_VARIABLE]: area,
  };
  const path = (env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '');
  if (hasManifestRead(path)) return env;
  const link = join(folder, 'ManifestRead');
  if (!existsSync(link)) symlinkSync(manifestReadBeside(process.argv[1] ?? ''), link);
  return { ...env, PATH: [...path, folder].join(delimiter) };
}

/**
 * A program for steps that runs this engine, with the same Node: `PATH` may have another engine or none, and the Node of
 * an app is Electron.
 */
function engineCommand(folder: string): string {
  const command = join(folder, 'distro_const');
  const program = `${quote(process.execPath)} ${quote(process.argv[1] ?? '')}`;
  // Queries use this configuration of APT too.
  const apt = process.env['APT_CONFIG'] === undefined ? '' : `APT_CONFIG=${quote(process.env['APT_CONFIG'])} `;
  if (!existsSync(command))
    writeFileSync(command, `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 ${apt}exec ${program} "$@"\n`, { mode: 0o755 });
  return command;
}

/** The result for the last `PATH`. All steps of a build have the same. */
let last: { readonly path: string; readonly hasIt: boolean } | undefined;

function hasManifestRead(path: readonly string[]): boolean {
  const joined = path.join(delimiter);
  if (last?.path !== joined)
    last = { path: joined, hasIt: path.some((entry) => isExecutable(join(entry, 'ManifestRead'))) };
  return last.hasIt;
}

/**
 * Our own ManifestRead: its bundle beside the engine's, otherwise the engine's own file, which also works under that
 * name.
 */
function manifestReadBeside(engine: string): string {
  const candidates = ['ManifestRead', 'ManifestRead.cjs'].map((name) => join(dirname(engine), name));
  return candidates.find((candidate) => existsSync(candidate)) ?? engine;
}
