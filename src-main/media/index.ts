import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import type { MediaList } from '../../src-shared/rpc/media';
import type { BuildHost } from '../hosts/build-host';
import type { BuildServices } from '../rpc/services';
import { bootTest } from './boot-test';
import { download } from './download';
import { readChecksum, readMedia } from './engine-answers';

/** What came of builds, as the engine of a host tells it. */
export function createMedia(host: BuildHost): BuildServices['media'] {
  const list = async (manifest: string, signal?: AbortSignal): Promise<MediaList> =>
    readMedia(await host.ask({ subcommand: 'media', manifest }, signal));

  const sumOf = async (manifest: string, name: string, signal?: AbortSignal): Promise<string> =>
    readChecksum(await host.ask({ subcommand: 'media', manifest, options: [`--checksum=${name}`] }, signal)).sha256;

  return {
    list: ({ path }, { signal }) => list(path, signal),

    checksum: async ({ path, name }, { signal }) => ({ sha256: await sumOf(path, name, signal) }),

    copyOut: async ({ path: manifest, name, to }, { signal }) => {
      const { folder, media } = await list(manifest, signal);
      const found = media.find((medium) => medium.name === name);
      if (!found) throw new AppError('missing', `There is no ${name} in ${folder}.`, 'A build may have replaced it.');
      return { path: await download(host, found, join(to, name), () => sumOf(manifest, name, signal), signal) };
    },

    bootTest: async (request, { signal }) => bootTest(host, request, signal),
  };
}
