import { readFileSync, rmSync, watch, type FSWatcher } from 'node:fs';
import type { BuildArea } from '../area/area';
import { requestPath, type PauseRequest } from '../area/pause-request';

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
