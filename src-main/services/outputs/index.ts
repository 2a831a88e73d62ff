import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { BuildHost } from '../../build-hosts/build-host';
import type { BuildServices } from '../../rpc/services';
import { download } from './download';

/** Finished images of a host. */
export function createMedia(host: BuildHost): BuildServices['media'] {
  return {
    list: ({ path }, { signal }) => host.media(path, signal),

    checksum: ({ path, name }, { signal }) => host.checksum(path, name, signal),

    copyOut: async ({ path: manifest, name, to }, { signal }) => {
      const { folder, media } = await host.media(manifest, signal);
      const found = media.find((medium) => medium.name === name);
      if (!found) throw new AppError('missing', `There is no ${name} in ${folder}.`, 'A build may have replaced it.');
      const checksum = async (): Promise<string> => (await host.checksum(manifest, name, signal)).sha256;
      return { path: await download(host, found, join(to, name), checksum, signal) };
    },

    bootTest: async ({ path, name, firmware }, { signal }) => host.bootTest(path, name, firmware, signal),
  };
}
