import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { nullable, number, object, optional, text, type TypeOf } from '../../src-shared/shape';
import { writeFileAtomically } from '../system/files';
import type { BuildArea } from './area';

export const pauseRequest = object('PauseRequest', 'The request of `distro_const pause` to a running build.', {
  pid: number,
  lock: optional(text, 'Id of the lock that the build holds; a request for another build is ignored.'),
  step: nullable(text),
});

/** The request of `distro_const pause` to a running build: the step to pause before; `null`: run to the end. */
export type PauseRequest = TypeOf<typeof pauseRequest>;

export const cancelRequest = object(
  'CancelRequest',
  'The request of `distro_const cancel` to a build that it cannot signal.',
  {
    lock: text,
  },
);

/** The request of `distro_const cancel` to a build that it cannot signal. */
export type CancelRequest = TypeOf<typeof cancelRequest>;

/** The files that hold the requests of an area. */
export const requestPaths = (area: BuildArea): { readonly pause: string; readonly cancel: string } => ({
  pause: join(area.stateFolder, 'pause'),
  cancel: join(area.stateFolder, 'cancel'),
});

/** Writes a pause request. Throws the system's error when this account cannot write there. */
export const writePauseRequest = (area: BuildArea, request: PauseRequest): void =>
  writeFileAtomically(requestPaths(area).pause, JSON.stringify(request));

/** Writes a cancel request. Throws the system's error when this account cannot write there. */
export const writeCancelRequest = (area: BuildArea, request: CancelRequest): void =>
  writeFileAtomically(requestPaths(area).cancel, JSON.stringify(request));

/** Removes a request that was carried out, or is for a build that has ended. */
export function removeRequest(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The file system is read-only or gone. The request names its build, so no other build acts on it.
  }
}
