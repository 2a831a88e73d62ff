import type { DiffAnswer } from '../../../src-shared/engine-answers/files';
import { AppError } from '../../../src-shared/errors';
import { AreaPaths } from '../../build-hosts/area-paths';
import type { BuildHost } from '../../build-hosts/build-host';
import type { BuildServices } from '../../rpc/services';
import { copyOut } from '../../files/copy-out';
import { SharedCalls } from '../../async/shared-calls';
import { StateFiles } from './state-files';
import { textOf } from './text';

/** More changes than these are counted but not sent. */
const MAX_CHANGES = 20_000;
/** The part of a file that is shown. */
const MAX_SHOWN_BYTES = 1024 * 1024;

/** The files in checkpoints, as the host's engine reports them. */
export function createCheckpointFiles(host: BuildHost, areas = new AreaPaths(host)): BuildServices['inside'] {
  const stateFiles = new StateFiles(host, areas);
  const diffs = new SharedCalls<DiffAnswer>();

  /** A file's size in bytes; throws `missing` when it does not exist or is not a file. */
  async function sizeOf(manifest: string, step: string, file: string, signal?: AbortSignal): Promise<number> {
    // Entries of a folder have names. A file is listed under the requested path.
    const [entry] = (await host.listFiles(manifest, step, fromRoot(file), signal)).entries;
    if (entry?.name !== fromRoot(file) || !entry.mode.startsWith('-'))
      throw new AppError('missing', `${fromRoot(file)} in the checkpoint of ${step} is not a file.`);
    return entry.size;
  }

  return {
    changes: async ({ path: manifest, from, to }, { signal }) => {
      // A panel with the counts and one with the files ask at the same time, and a comparison of large trees takes seconds.
      const { changes, ...counts } = await diffs.call(
        JSON.stringify([manifest, from, to]),
        (until) => host.diff(manifest, from, to, until),
        signal,
      );
      return { ...counts, changes: changes.slice(0, MAX_CHANGES), total: changes.length };
    },

    list: ({ path: manifest, step, folder }, { signal }) => host.listFiles(manifest, step, fromRoot(folder), signal),

    read: async ({ path: manifest, step, file }, { signal }) => {
      const size = await sizeOf(manifest, step, file, signal);
      const cat = await host.fileCommand(manifest, step, fromRoot(file), MAX_SHOWN_BYTES);
      const { code, stdout, stderr } = await host.transport.run(cat.argv, { ...cat.options, input: '', signal });
      if (code !== 0) throw new AppError('snapshot', `${fromRoot(file)} could not be read: ${stderr.trim()}`);
      const isCut = size > stdout.length;
      const text = textOf(stdout, isCut);
      return text === undefined
        ? { kind: 'binary', content: stdout.toString('base64'), size, isCut }
        : { kind: 'text', content: text, size, isCut };
    },

    copyOut: async ({ path: manifest, step, file, to }, { signal }) => {
      await sizeOf(manifest, step, file, signal);
      const cat = await host.fileCommand(manifest, step, fromRoot(file));
      return { path: await copyOut(to, () => host.transport.stream(cat.argv, { ...cat.options, signal })) };
    },

    manifest: async ({ path: manifest, step }, { signal }) => ({
      source: await stateFiles.read(manifest, step, signal),
    }),
  };
}

/** A path for the engine, with a leading slash so that it cannot be an option. */
const fromRoot = (path: string): string => `/${path}`;
