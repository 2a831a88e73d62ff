import { createHash } from 'node:crypto';
import type { StatusAnswer } from '../../src-shared/engine-answers/status';
import { SharedCalls } from '../async/shared-calls';
import { readFile } from '../system/files';
import type { BuildHost } from './build-host';

/** Paths of manifests' build areas on a host. */
export class AreaPaths {
  /** With the hash of the manifest at that time, because another text may name another area. */
  readonly #known = new Map<string, { readonly version: string; readonly area: string }>();
  readonly #asking = new SharedCalls<string>();

  readonly #host: BuildHost;

  constructor(host: BuildHost) {
    this.#host = host;
  }

  /** Returns the area's path. Asks the engine once per text of the manifest, because that takes a process. Throws the engine's refusal. */
  async of(manifest: string, signal?: AbortSignal): Promise<string> {
    const version = await versionOf(manifest);
    const known = this.#known.get(manifest);
    if (known?.version === version) return known.area;
    const ask = async (until: AbortSignal): Promise<string> =>
      (await this.status(manifest, undefined, until)).area.path;
    return this.#asking.call(`${version} ${manifest}`, ask, signal);
  }

  /** Asks the engine for the status, as `BuildHost` does, and keeps the path for `of`. */
  async status(manifest: string, since?: string, signal?: AbortSignal): Promise<StatusAnswer> {
    // The hash of before: when the text changes meanwhile, it belongs to no later text.
    const version = await versionOf(manifest);
    const answer = await this.#host.status(manifest, since, signal);
    this.#known.set(manifest, { version, area: answer.area.path });
    return answer;
  }
}

async function versionOf(manifest: string): Promise<string> {
  const bytes = await readFile(manifest).catch(() => Buffer.alloc(0));
  return createHash('sha256').update(bytes).digest('hex');
}
