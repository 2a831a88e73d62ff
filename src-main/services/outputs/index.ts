import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { BuildHost } from '../../build-hosts/build-host';
import type { BuildServices } from '../../rpc/services';
import { download } from './download';

/** Finished images of a host. */
export function createMedia(host: BuildHost): BuildServices['media'] {
  /** Without what cannot be a file of the media folder: a host may answer anything, and a name with a slash would lead elsewhere here. */
  const mediaOf = async (...[path, signal, line]: Parameters<BuildHost['media']>): ReturnType<BuildHost['media']> => {
    const answer = await host.media(path, signal, line);
    return { ...answer, media: answer.media.filter(({ name, size }) => isFileName(name) && isSize(size)) };
  };

  return {
    list: ({ path, line }, { signal }) => mediaOf(path, signal, line),

    checksum: ({ path, name, line }, { signal }) => host.checksum(path, name, signal, line),

    copyOut: async ({ path: manifest, name, to, line }, { signal }) => {
      const { folder, media } = await mediaOf(manifest, signal, line);
      const found = media.find((medium) => medium.name === name);
      if (!found) throw new AppError('missing', `There is no ${name} in ${folder}.`, 'A build may have replaced it.');
      const checksum = async (): Promise<string> => (await host.checksum(manifest, name, signal, line)).sha256;
      return { path: await download(host, found, join(to, name), checksum, signal) };
    },

    disks: ({ path, name, line }, { signal }) => host.disks(path, name, signal, line),

    writeDisk: async ({ path, name, disk, line }, { signal }) => host.writeDisk(path, name, disk, signal, line),

    bootTest: async ({ path, name, firmware, line }, { signal }) => host.bootTest(path, name, firmware, signal, line),
  };
}

/** One part of a path, without control characters. */
const isFileName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name);

const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 0;
