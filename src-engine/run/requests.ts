import { lstatSync, watch, type FSWatcher } from 'node:fs';
import { reasonOf } from '../../src-shared/errors';
import type { Shape } from '../../src-shared/shape';
import type { BuildArea } from '../area/area';
import { cancelRequest, pauseRequest, removeRequest, requestPaths } from '../area/requests';
import { readJsonFile } from '../system/json-file';

/** The poll interval: requests of another machine on a network file system cause no event here. */
const POLL_INTERVAL_MS = 1000;

/** How a build reacts to requests. */
export interface RequestHandler {
  /** @param step the step to pause before; `null`: run to the end */
  onPause(step: string | null): void;
  onCancel(): void;
  /** A request that cannot be parsed was removed. */
  onDamage(message: string): void;
}

/** The requests to this build that other processes write into the area. A damaged one is reported and removed. */
export class Requests {
  readonly #paths: { readonly pause: string; readonly cancel: string };
  readonly #lockId: string;
  readonly #handler: RequestHandler;
  readonly #timer: NodeJS.Timeout;
  readonly #seen = new Map<string, string | undefined>();
  #watcher: FSWatcher | undefined;

  /** @param lockId the id of the lock that this build holds */
  constructor(area: BuildArea, lockId: string, handler: RequestHandler) {
    this.#paths = requestPaths(area);
    this.#lockId = lockId;
    this.#handler = handler;
    this.#timer = setInterval(() => this.check(), POLL_INTERVAL_MS).unref();
    try {
      this.#watcher = watch(area.stateFolder, () => this.check());
      this.#watcher.on('error', () => this.#watcher?.close());
      this.#watcher.unref();
    } catch {
      // Without a watch the timer is enough.
    }
  }

  /** Carries out the existing requests. Never throws. */
  check(): void {
    const pause = this.#take(this.#paths.pause, pauseRequest);
    // Version 1 of the command gives only the process number.
    if (pause && (pause.lock === undefined ? pause.pid === process.pid : pause.lock === this.#lockId))
      this.#handler.onPause(pause.step);
    if (this.#take(this.#paths.cancel, cancelRequest)?.lock === this.#lockId) this.#handler.onCancel();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    for (const path of Object.values(this.#paths)) removeRequest(path);
  }

  /**
   * A request is carried out once: its file is removed when it has been read, and remembered where it cannot be
   * removed.
   */
  #take<T>(path: string, shape: Shape<T>): T | undefined {
    try {
      const file = lstatSync(path, { throwIfNoEntry: false });
      const version = file && `${file.ino} ${file.ctimeMs}`;
      if (version === this.#seen.get(path)) return undefined;
      this.#seen.set(path, version);
      const found = readJsonFile(path, shape);
      if (found.kind === 'missing') return undefined;
      removeRequest(path);
      if (found.kind === 'read') return found.value;
      this.#handler.onDamage(`The request ${path} was damaged (${found.why}) and is removed.`);
    } catch (error) {
      this.#handler.onDamage(`The request ${path} is ignored: ${reasonOf(error)}`);
    }
    return undefined;
  }
}
