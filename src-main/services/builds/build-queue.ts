import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { AreaView, BuildChoice } from '../../../src-shared/rpc/builds';
import type { BuildHost } from '../../build-hosts/build-host';
import type { Area } from './area-watch';

/** What the queue needs from the session. */
export interface QueueListener {
  area(): Area | undefined;
  /** Waits until the area is known or cannot be read. */
  known(): Promise<unknown>;
  /** Asks the engine for the area. */
  refresh(): Promise<void>;
  isBusy(): boolean;
  /** Called when the queue has changed. */
  onChange(): void;
  /** Called before a build starts or is queued. */
  follow(): void;
  /** Called when a build has started; resolves when its journal has been read. */
  onStarted(): Promise<void>;
}

/** Starts the builds of one area, one after another. */
export class BuildQueue {
  readonly #host: BuildHost;
  readonly #manifest: string;
  readonly #listener: QueueListener;
  readonly #waiting: AreaView['queue'] = [];
  #isLaunching = false;

  constructor(host: BuildHost, manifest: string, listener: QueueListener) {
    this.#host = host;
    this.#manifest = manifest;
    this.#listener = listener;
  }

  get waiting(): AreaView['queue'] {
    return this.#waiting;
  }

  /** Starts a build, or queues it behind the one that runs. */
  async start(choice: BuildChoice): Promise<{ run?: string; queued: boolean }> {
    await this.#listener.known();
    if (this.#listener.isBusy() || this.#isLaunching || this.#waiting.length > 0) {
      this.#waiting.push({ id: randomUUID(), ...choice, since: Date.now() / 1000 });
      this.#listener.follow();
      this.#listener.onChange();
      return { queued: true };
    }
    return { run: await this.#launch(choice), queued: false };
  }

  remove(id: string): void {
    const at = this.#waiting.findIndex((one) => one.id === id);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.#listener.onChange();
  }

  /** Starts the next build if the area is free. */
  async startNext(): Promise<void> {
    const [next] = this.#waiting;
    const lock = this.#listener.area()?.lock.kind;
    const isTaken = lock === 'held' || lock === 'remote';
    if (!next || this.#listener.isBusy() || this.#isLaunching || isTaken) return;
    this.#waiting.shift();
    this.#listener.onChange();
    const { id: _, since: __, ...choice } = next;
    await this.#launch(choice);
  }

  async #launch(choice: BuildChoice): Promise<string> {
    const area = this.#listener.area();
    if (!area) throw new AppError('area', 'The build area is not known.', 'See the problems of the manifest.');
    this.#listener.follow();
    this.#isLaunching = true;
    try {
      const { run, ended } = await this.#host.start(this.#manifest, join(area.path, 'logs'), choice);
      ended.then(
        () => this.#listener.refresh(),
        () => undefined, // the connection was lost; the journal's follower reports that
      );
      await this.#listener.onStarted();
      return run;
    } finally {
      this.#isLaunching = false;
    }
  }
}
