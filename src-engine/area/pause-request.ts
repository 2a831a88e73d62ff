import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildArea } from './area';

/** What `distro_const pause` leaves for a running build. */
export interface PauseRequest {
  /** The process that holds the area; a request for another one is nobody's. */
  readonly pid: number;
  /** The step to pause before; `null`: run to the end. */
  readonly step: string | null;
}

/** The file that holds the request of an area. */
export const requestPath = (area: BuildArea): string => join(area.private, 'pause');

/** Leaves a request for the build that holds the area. */
export function writePauseRequest(area: BuildArea, request: PauseRequest): void {
  const path = requestPath(area);
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(request));
  renameSync(draft, path); // whole or not at all
}
