import { join } from 'node:path';
import { parseTree } from '../../../src-shared/checkpoints/tree-name';
import { checkpointName } from '../../../src-shared/checkpoints/model';
import { decodeManifest, MAX_BYTES } from '../../../src-shared/manifest/source';
import type { AreaPaths } from '../../build-hosts/area-paths';
import type { BuildHost } from '../../build-hosts/build-host';

/** Reads the copies of manifests that checkpoints keep in the build area. */
export class StateFiles {
  readonly #host: BuildHost;
  readonly #areas: AreaPaths;

  constructor(host: BuildHost, areas: AreaPaths) {
    this.#host = host;
    this.#areas = areas;
  }

  /**
   * The manifest's text at a checkpoint, `undefined` when there is no copy. Throws the engine's refusal.
   *
   * @param tree its step, or `LINE@STEP` with the id of a parked line
   */
  async read(manifest: string, tree: string, signal?: AbortSignal): Promise<string | undefined> {
    const { line, step } = parseTree(tree);
    const area = await this.#areas.of(manifest, signal);
    const folder = line === undefined ? area : join(area, '.slipway/lines', line);
    const name = checkpointName(step);
    if (!(await this.#host.transport.list(folder)).includes(name)) return undefined;
    return decodeManifest(await this.#host.transport.readFile(join(folder, name), 0, MAX_BYTES));
  }
}
