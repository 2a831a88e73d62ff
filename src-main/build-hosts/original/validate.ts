import { dirname } from 'node:path/posix';
import type { ValidateAnswer } from '../../../src-shared/engine-answers/validate';
import { interpretManifest } from '../../../src-shared/manifest/interpret';
import { loadManifest } from '../../../src-shared/manifest/load';
import { validationAnswer } from '../../../src-shared/manifest/validation-answer';
import { fileStates } from './doctor';
import type { OriginalHostParts } from './inspect';

/** The rules of the engine, with the scripts of the host. Throws `ManifestSyntaxError`. */
export async function validateOn(
  { transport, place }: OriginalHostParts,
  manifest: string,
  source: string,
  signal?: AbortSignal,
): Promise<ValidateAnswer> {
  const now = new Date();
  const { steps } = interpretManifest(source, { now }).manifest;
  const scripts = [...new Set(steps.flatMap(({ script }) => script ?? []))];
  const states = await fileStates(transport, scripts, dirname(await place(manifest)), signal);
  const executable = new Set(scripts.filter((_, at) => states[at] === 'yes'));
  const loaded = loadManifest(source, { now, isExecutable: (path) => executable.has(path) });
  return validationAnswer(loaded, loaded.problems);
}
