import type { ChecksumAnswer, MediaAnswer } from '../../src-shared/engine-answers/media';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { AppError } from '../../src-shared/errors';
import { bytes, dateTimeWithSeconds } from '../../src-shared/format';
import { bootRefusal } from '../boot-test/firmware';
import { listMedia, mediumNamed } from '../boot-test/media';
import { resolveArea } from '../area/area';
import { readManifestFile } from '../area/manifest-file';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  checksum: { type: 'string', value: 'NAME', description: 'print the SHA-256 of this file' },
} as const satisfies OptionTable;

export const mediaCommand = defineCommand({
  name: 'media',
  summary: 'finished images, or the SHA-256 of one',
  usage: ['[--checksum NAME] [--json] MANIFEST'],
  description: ['Prints the finished files, and whether this host can boot them.'],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const folder = await mediaFolder(positionals[0] ?? '');
  if (values.checksum !== undefined) {
    const { name, path } = await mediumNamed(folder, values.checksum);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
    const sha256 = hash.digest('hex');
    if (values.json) printAnswer<ChecksumAnswer>({ name, sha256 });
    else printLines([`${sha256}  ${name}`]); // in the format of sha256sum
    return 0;
  }
  const media = await listMedia(folder);
  const [noBootTest, noUefi] = [bootRefusal('bios'), bootRefusal('uefi')].map(textOf);
  if (values.json) printAnswer<MediaAnswer>({ folder, media, noBootTest, noUefi });
  else
    printLines([
      ...(media.length === 0 ? [`There are no files in ${folder} yet.`] : []),
      ...media.map(
        ({ name, size, modified, bootable }) =>
          `${bytes(size).padStart(11)}  ${dateTimeWithSeconds(new Date(modified * 1000))}  ${(bootable ?? '').padEnd(5)}  ${name}`,
      ),
      ...(noBootTest ? [`No boot test: ${noBootTest}`] : noUefi ? [`No boot test with UEFI: ${noUefi}`] : []),
    ]);
  return 0;
}

/** The media folder of a manifest, which may not exist. */
export async function mediaFolder(operand: string): Promise<string> {
  return (await resolveArea((await readManifestFile(operand)).manifest.buildArea)).media;
}

const textOf = (error: AppError | undefined): string | undefined =>
  error && `${error.message} ${error.hint ?? ''}`.trim();
