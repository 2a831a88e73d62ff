import type { BuildEvent, Line } from '../../../src-shared/rpc/builds';
import type { RunView } from '../../../src-shared/runs/run-view';
import { SerialQueue } from '../../async/serial-queue';
import type { BuildHost } from '../../build-hosts/build-host';
import type { Area } from './area-watch';

/** Asks the engine for the lines of a build area, when these may have changed. */
export class LineWatch {
  readonly #host: BuildHost;
  readonly #manifest: string;
  readonly #push: (event: BuildEvent) => void;
  readonly #asking = new SerialQueue();
  #lines: readonly Line[] | undefined;
  /** What was known of the area when the lines were asked for last. */
  #seen = '';

  /** @param push called with the lines when they have changed */
  constructor(host: BuildHost, manifest: string, push: (event: BuildEvent) => void) {
    this.#host = host;
    this.#manifest = manifest;
    this.#push = push;
  }

  /** The `lines` event of now, or none before the engine's first answer. */
  events(): BuildEvent[] {
    return this.#lines ? [{ kind: 'lines', lines: [...this.#lines] }] : [];
  }

  /**
   * Asks if another build, checkpoint or line is there than at the last time. While a build runs, only a line that it has made counts,
   * because some file systems are slow to list snapshots then.
   */
  async follow(area: Area, runs: readonly RunView[]): Promise<void> {
    if (area.noLines !== undefined || !area.exists) return;
    const last = runs.at(-1);
    const isBusy = last?.state === 'running';
    // Before a build is under way, its fork may be half done.
    const isNew = last?.line !== undefined && last.isUnderWay && this.#lines?.[0]?.id !== last.line;
    const seen = [
      ...(isBusy
        ? []
        : area.steps.map(({ step, snapshot, line }) => `${step} ${snapshot?.id} ${snapshot?.takenAt} ${line}`)),
      `${last?.run} ${last?.state} ${isBusy && isNew}`,
    ].join('\n');
    if (seen === this.#seen || (isBusy && !isNew)) return;
    this.#seen = seen;
    await this.refresh();
  }

  /** Asks the engine now. Throws what the host reports. */
  refresh(): Promise<void> {
    return this.#asking.add(async () => {
      const { lines } = await this.#host.lines.list(this.#manifest);
      if (JSON.stringify(lines) === JSON.stringify(this.#lines)) return;
      this.#lines = lines;
      this.#push({ kind: 'lines', lines });
    });
  }
}
