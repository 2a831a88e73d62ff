import { AppError } from '../../src-shared/errors';
import type { BuildHost } from '../hosts/build-host';
import type { BuildServices } from '../rpc/services';
import { copyOut } from './copy-out';
import { readDiff, readList, type Diff } from './engine-answers';
import { SharedCalls } from './shared-calls';
import { StateFiles } from './state-files';
import { textOf } from './text';

/** More changes than these are counted but not sent. */
const MOST_CHANGES = 20_000;
/** More of a file is not shown, in bytes. */
const MOST_SHOWN = 1024 * 1024;

/** What is in checkpoints, as the engine of a host tells it. */
export function createInside(host: BuildHost): BuildServices['inside'] {
  const stateFiles = new StateFiles(host);
  const diffs = new SharedCalls<Diff>();

  /** A file's size in bytes; throws `missing` when it is not there or not a file. */
  async function sizeOf(manifest: string, step: string, file: string, signal?: AbortSignal): Promise<number> {
    const answer = await host.ask({ subcommand: 'ls', manifest, operands: [step, fromRoot(file)] }, signal);
    // A folder's entries have names; a file is listed by the path that was asked for.
    const [entry] = readList(answer).entries;
    if (entry?.name !== fromRoot(file) || !entry.mode.startsWith('-'))
      throw new AppError('missing', `${fromRoot(file)} in the checkpoint of ${step} is not a file.`);
    return entry.size;
  }

  return {
    changes: async ({ path: manifest, from, to }, { signal }) => {
      const operands = [from, ...(to === undefined ? [] : [to])];
      const compare = async (until: AbortSignal): Promise<Diff> =>
        readDiff(await host.ask({ subcommand: 'diff', manifest, operands }, until));
      // A panel with the counts and one with the files ask at the same time, and a comparison of large trees takes seconds.
      const { changes, ...counts } = await diffs.call(JSON.stringify([manifest, ...operands]), compare, signal);
      return { ...counts, changes: changes.slice(0, MOST_CHANGES), total: changes.length };
    },

    list: async ({ path: manifest, step, folder }, { signal }) =>
      readList(await host.ask({ subcommand: 'ls', manifest, operands: [step, fromRoot(folder)] }, signal)),

    read: async ({ path: manifest, step, file }, { signal }) => {
      const size = await sizeOf(manifest, step, file, signal);
      const options = ['--bytes', `${MOST_SHOWN}`];
      const cat = await host.command({ subcommand: 'cat', manifest, options, operands: [step, fromRoot(file)] });
      const { code, stdout, stderr } = await host.transport.run(cat.argv, { ...cat.options, signal });
      if (code !== 0) throw new AppError('snapshot', `${fromRoot(file)} could not be read: ${stderr.trim()}`);
      const isCut = size > stdout.length;
      const text = textOf(stdout, isCut);
      return text === undefined
        ? { kind: 'binary', content: stdout.toString('base64'), size, isCut }
        : { kind: 'text', content: text, size, isCut };
    },

    copyOut: async ({ path: manifest, step, file, to }, { signal }) => {
      await sizeOf(manifest, step, file, signal);
      const cat = await host.command({ subcommand: 'cat', manifest, operands: [step, fromRoot(file)] });
      return { path: await copyOut(to, () => host.transport.stream(cat.argv, { ...cat.options, signal })) };
    },

    manifest: async ({ path: manifest, step }, { signal }) => ({
      source: await stateFiles.read(manifest, step, signal),
    }),
  };
}

/** A path as the engine takes it. With its slash, so that none is taken for an option. */
const fromRoot = (path: string): string => `/${path}`;
