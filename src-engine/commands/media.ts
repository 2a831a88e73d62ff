import type { ChecksumAnswer, MediaAnswer } from '../../src-shared/engine-answers/media';
import type { AppError } from '../../src-shared/errors';
import { bytes, dateTimeWithSeconds } from '../../src-shared/format';
import { restsOnText } from '../../src-shared/provenance/origin-text';
import { bootRefusal } from '../boot-test/firmware';
import { listMedia, mediumNamed } from '../boot-test/media';
import { resolveArea } from '../area/area';
import { readManifestFile } from '../area/manifest-file';
import { sha256Of } from '../system/sha256';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { parkedMedia } from '../lines/parked-media';
import { MediaOrigins } from '../provenance/media-origin';
import { originFields } from '../provenance/origin-fields';
import { inspect } from './inspect';
import { printAnswer, printLines } from './print';

/** The option of commands that read the images of another line. */
export const LINE_OPTION = {
  type: 'string',
  value: 'LINE',
  description: 'the images of this line, by its id or name',
} as const;

const OPTIONS = {
  json: JSON_OPTION,
  line: LINE_OPTION,
  checksum: { type: 'string', value: 'NAME', description: 'print the SHA-256 of this file' },
} as const satisfies OptionTable;

export const mediaCommand = defineCommand({
  name: 'media',
  summary: 'finished images, or the SHA-256 of one',
  usage: ['[--line LINE] [--checksum NAME] [--json] MANIFEST'],
  description: [
    'Prints the finished files, their origin (`clean`, `resumed`, `proven`, or `-` where it is unknown), and whether this host can boot them. Below a resumed image are the checkpoints that it rests on.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { checksum, line } = values;
  const operand = positionals[0] ?? '';
  if (checksum !== undefined) {
    const { name, sha256 } = await readMedia(operand, line, (folder) => checksumOf(folder, checksum));
    if (values.json) printAnswer<ChecksumAnswer>({ name, sha256 });
    else printLines([`${sha256}  ${name}`]); // in the format of sha256sum
    return 0;
  }
  const { folder, media } = await readMedia(operand, line, async (found, origins) => ({
    folder: found,
    media: (await listMedia(found)).map((file) => ({ ...file, ...originFields(origins.of(file)) })),
  }));
  const [noBootTest, noUefi] = [bootRefusal('bios'), bootRefusal('uefi')].map(textOf);
  if (values.json) printAnswer<MediaAnswer>({ folder, media, noBootTest, noUefi });
  else
    printLines([
      ...(media.length === 0 ? [`There are no files in ${folder} yet.`] : []),
      ...media.flatMap(({ name, size, modified, bootable, origin, restsOn = [] }) => [
        `${bytes(size).padStart(11)}  ${dateTimeWithSeconds(new Date(modified * 1000))}  ${(bootable ?? '').padEnd(5)}  ${(origin ?? '-').padEnd(7)}  ${name}`,
        ...restsOn.map((checkpoint) => `${' '.repeat(13)}${restsOnText(checkpoint)}`),
      ]),
      ...(noBootTest ? [`No boot test: ${noBootTest}`] : noUefi ? [`No boot test with UEFI: ${noUefi}`] : []),
    ]);
  return 0;
}

async function checksumOf(folder: string, designator: string) {
  const { name, path } = await mediumNamed(folder, designator);
  return { name, sha256: await sha256Of(path) };
}

/**
 * Reads the media folder of a manifest, or that of a line, which may not exist. It is read again when the lines change
 * meanwhile.
 */
export async function readMedia<T>(
  operand: string,
  line: string | undefined,
  read: (folder: string, origins: MediaOrigins) => Promise<T>,
): Promise<T> {
  if (line === undefined) {
    const file = await readManifestFile(operand);
    const area = await resolveArea(file.manifest.buildArea);
    return read(area.media, new MediaOrigins(area, file.path));
  }
  return inspect(operand, (inspection) => {
    const { area, file } = inspection.context;
    const { id, active } = inspection.lineNamed(line);
    return read(id === active ? area.media : parkedMedia(area, id), new MediaOrigins(area, file.path, id));
  });
}

const textOf = (error: AppError | undefined): string | undefined =>
  error && `${error.message} ${error.hint ?? ''}`.trim();
