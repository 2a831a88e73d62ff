import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BuildHost } from './build-host';

/** Where the build areas of manifests are on a host. */
export class AreaPaths {
  /** With what the manifest was when it was asked: another text may name another area. */
  readonly #known = new Map<string, { readonly version: string; readonly area: string }>();

  readonly #host: BuildHost;

  constructor(host: BuildHost) {
    this.#host = host;
  }

  /** Asking the engine takes a process, so it is asked once for each text of the manifest. Throws the engine's refusal. */
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
