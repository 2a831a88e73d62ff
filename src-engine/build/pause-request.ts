import { mkdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync, type FSWatcher } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildArea } from './area';

/** What `distro_const pause` leaves for a running build. */
export interface PauseRequest {
  /** The process that holds the area; a request for another one is nobody's. */
  readonly pid: number;
  /** The step to pause before; `null`: run to the end. */
  readonly step: string | null;
}

const requestPath = (area: BuildArea): string => join(area.private, 'pause');

/** Leaves a request for the build that holds the area. */
export function writePauseRequest(area: BuildArea, request: PauseRequest): void {
  const path = requestPath(area);
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(request));
  renameSync(draft, path); // whole or not at all
}

/** The requests to this process, as they come. */
export class PauseRequests {
  readonly #area: BuildArea;
  readonly #onRequest: (step: string | null) => void;
  #watcher: FSWatcher | undefined;
  #seen = '';

  constructor(area: BuildArea, onRequest: (step: string | null) => void) {
    this.#area = area;
    this.#onRequest = onRequest;
    rmSync(requestPath(area), { force: true });
    try {
      this.#watcher = watch(area.private, () => this.look());
      this.#watcher.on('error', () => this.#watcher?.close());
      this.#watcher.unref();
    } catch {
      // Without a watch it is looked at before each step.
    }
  }

  look(): void {
    let text: string;
    try {
      text = readFileSync(requestPath(this.#area), 'utf8');
    } catch {
      return;
    }
    if (text === this.#seen) return;
    this.#seen = text;
    const request = JSON.parse(text) as PauseRequest;
    if (request.pid === process.pid) this.#onRequest(request.step);
  }

  close(): void {
    this.#watcher?.close();
    rmSync(requestPath(this.#area), { force: true });
  }
}
