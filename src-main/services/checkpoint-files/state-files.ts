import { join } from 'node:path';
import { checkpointName } from '../../../src-shared/checkpoints/model';
import { decodeManifest, MAX_BYTES } from '../../../src-shared/manifest/source';
import { AreaPaths } from '../../build-hosts/area-paths';
import type { BuildHost } from '../../build-hosts/build-host';

/** Reads the copies of manifests that checkpoints keep in the build area. */
export class StateFiles {
  readonly #areas: AreaPaths;

  readonly #host: BuildHost;

  constructor(host: BuildHost) {
    this.#host = host;
    this.#areas = new AreaPaths(host);
  }

  /** The manifest's text at a step's checkpoint, `undefined` when there is no copy. Throws the engine's refusal. */
  async read(manifest: string, step: string, signal?: AbortSignal): Promise<string | undefined> {
    const name = checkpointName(step);
    const area = await this.#areas.of(manifest, signal);
    if (!(await this.#host.transport.list(area)).includes(name)) return undefined;
    return decodeManifest(await this.#host.transport.readFile(join(area, name), 0, MAX_BYTES));
  }
}
