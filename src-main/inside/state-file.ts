import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { checkpointName } from '../../src-shared/checkpoints/model';
import { decodeManifest, MAX_BYTES } from '../../src-shared/manifest/source';
import type { BuildHost } from '../hosts/build-host';
import { readAreaPath } from './engine-answers';

/** Reads the manifests as they were when checkpoints were taken: their copies in the build area. */
export class StateFiles {
  /** Build areas by manifest, with what the manifest was when it was asked: another text may name another area. */
  readonly #areas = new Map<string, { readonly version: string; readonly area: string }>();

  constructor(private readonly host: BuildHost) {}

  /** The manifest's text at a step's checkpoint, `undefined` when there is no copy. Throws the engine's refusal. */
  async read(manifest: string, step: string, signal?: AbortSignal): Promise<string | undefined> {
    const name = checkpointName(step);
    const area = await this.#area(manifest, signal);
    if (!(await this.host.transport.list(area)).includes(name)) return undefined;
    return decodeManifest(await this.host.transport.readFile(join(area, name), 0, MAX_BYTES));
  }

  /** Asking the engine takes a process, so it is asked once for each text of the manifest. */
  async #area(manifest: string, signal?: AbortSignal): Promise<string> {
    const bytes = await this.host.transport.readFile(manifest, 0, MAX_BYTES).catch(() => Buffer.alloc(0));
    const version = createHash('sha256').update(bytes).digest('hex');
    const known = this.#areas.get(manifest);
    if (known?.version === version) return known.area;
    const area = readAreaPath(await this.host.ask({ subcommand: 'status', manifest }, signal));
    this.#areas.set(manifest, { version, area });
    return area;
  }
}
