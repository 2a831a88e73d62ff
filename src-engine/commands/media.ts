import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { AppError } from '../../src-shared/errors';
import { bytes } from '../../src-shared/words';
import { whyNoBoot } from '../boot/firmware';
import { listMedia, mediumNamed } from '../boot/media';
import { resolveArea } from '../area/area';
import { readManifestFile } from '../area/manifest-file';
import { dateTime, parseWords, printJson, printLines } from './context';

export const MEDIA_USAGE = 'distro_const media [--checksum NAME] [--json] MANIFEST';

/** `media`: the finished files, and whether this host can boot them; with `--checksum NAME` the SHA-256 of one. */
export async function mediaCommand(words: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean' }, checksum: { type: 'string' } } as const;
  const { values, positionals } = parseWords(words, options, { least: 1, most: 1 }, MEDIA_USAGE);
  const folder = await mediaFolder(positionals[0] ?? '');
  if (values.checksum !== undefined) {
    const { name, path } = await mediumNamed(folder, values.checksum);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
    const sha256 = hash.digest('hex');
    if (values.json) printJson({ name, sha256 });
    else printLines([`${sha256}  ${name}`]); // as sha256sum prints and reads it
    return 0;
  }
  const media = await listMedia(folder);
  const [noBootTest, noUefi] = [whyNoBoot('bios'), whyNoBoot('uefi')].map(inWords);
  if (values.json) printJson({ folder, media, noBootTest, noUefi });
  else
    printLines([
      ...(media.length === 0 ? [`There is nothing in ${folder} yet.`] : []),
      ...media.map(
        ({ name, size, modified, bootable }) =>
          `${bytes(size).padStart(11)}  ${dateTime(modified)}  ${(bootable ?? '').padEnd(5)}  ${name}`,
      ),
      ...(noBootTest ? [`No boot test: ${noBootTest}`] : noUefi ? [`No boot test with UEFI: ${noUefi}`] : []),
    ]);
  return 0;
}

/** Where a manifest's finished files are, whether or not they are. */
export async function mediaFolder(operand: string): Promise<string> {
  return (await resolveArea((await readManifestFile(operand)).manifest.buildArea)).media;
}

const inWords = (error: AppError | undefined): string | undefined =>
  error && `${error.message} ${error.hint ?? ''}`.trim();
