import { createHash } from 'node:crypto';
import { readFile } from '../system/files';
import type { BuildHost } from './build-host';

/** Paths of manifests' build areas on a host. */
export class AreaPaths {
  /** With the hash of the manifest at that time, because another text may name another area. */
  readonly #known = new Map<string, { readonly version: string; readonly area: string }>();

  readonly #host: BuildHost;

  constructor(host: BuildHost) {
    this.#host = host;
  }

  /** Returns the area's path. Asks the engine once per text of the manifest, because that takes a process. Throws the engine's refusal. */
  async of(manifest: string, signal?: AbortSignal): Promise<string> {
    const bytes = await readFile(manifest).catch(() => Buffer.alloc(0));
    const version = createHash('sha256').update(bytes).digest('hex');
    const known = this.#known.get(manifest);
    if (known?.version === version) return known.area;
    const area = (await this.#host.status(manifest, undefined, signal)).area.path;
    this.#known.set(manifest, { version, area });
    return area;
  }
}
