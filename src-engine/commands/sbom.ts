import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import type { SbomAnswer } from '../../src-shared/engine-answers/sbom';
import { readManifestFile } from '../area/manifest-file';
import { cyclonedxDocument } from '../sbom/cyclonedx';
import { SBOM_FORMATS, type SbomFormat, type SbomSubject } from '../sbom/document';
import { readSoftware } from '../sbom/software';
import { spdxDocument } from '../sbom/spdx';
import { writeFileAtomically } from '../system/files';
import { sha256Of } from '../system/sha256';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { imageOperand, withImage } from './image-operand';
import { LINE_OPTION } from './media';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  line: LINE_OPTION,
  format: { type: 'string', value: 'spdx|cyclonedx', description: 'print this document, and write no file' },
  output: { type: 'string', value: 'FOLDER', description: 'where the files are written; default: beside the image' },
} as const satisfies OptionTable;

const DOCUMENTS = { spdx: spdxDocument, cyclonedx: cyclonedxDocument } as const;
const FORMATS = Object.keys(SBOM_FORMATS) as SbomFormat[];

export const sbomCommand = defineCommand({
  name: 'sbom',
  summary: 'software bill of materials of a finished image, in SPDX and CycloneDX',
  usage: [
    '[--format spdx|cyclonedx] [--output FOLDER] [--json] FILE',
    '[--line LINE] [--format spdx|cyclonedx] [--output FOLDER] [--json] MANIFEST NAME',
  ],
  description: [
    'Opens an image without mounting it, reads its package database (dpkg or IPS), and writes `NAME.spdx.json` (SPDX 2.3) and `NAME.cdx.json` (CycloneDX 1.6): the image with its SHA-256, the binary packages with their dependencies, and the source packages that they were built from.',
    'FILE is an image as for `hygiene`; NAME is a finished file of the manifest. Equal images give equal documents, byte for byte. Their date is `SOURCE_DATE_EPOCH` of the environment, else the key `source_date_epoch` of the manifest, else that of the file.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 2 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { json, line, format, output } = values;
  if (format !== undefined && !isFormat(format))
    throw new AppError('usage', `--format must be ${FORMATS.join(' or ')}, not ${format}.`);
  if (format !== undefined && (json || output !== undefined))
    throw new AppError('usage', '--format prints the document: leave out --json and --output.');
  const image = await imageOperand(positionals, line);
  const date = await dateOf(image, positionals.length > 1 ? positionals[0] : undefined);
  const software = await withImage(image, (trees) => readSoftware(trees, image));
  const subject: SbomSubject = { name: basename(image), sha256: await sha256Of(image), date, ...software };
  if (format !== undefined) {
    process.stdout.write(textOf(format, subject));
    return 0;
  }
  const folder = output === undefined ? dirname(image) : resolve(output);
  const files = FORMATS.map((one) => {
    const path = join(folder, `${subject.name}${SBOM_FORMATS[one]}`);
    writeFileAtomically(path, textOf(one, subject));
    return path;
  });
  const packages = software.packages.length;
  if (json) printAnswer<SbomAnswer>({ image, sha256: subject.sha256, tree: software.tree, packages, files });
  else printLines([`${packages} packages in ${software.tree}`, ...files]);
  return 0;
}

const isFormat = (text: string): text is SbomFormat => (FORMATS as readonly string[]).includes(text);

const textOf = (format: SbomFormat, subject: SbomSubject): string =>
  `${JSON.stringify(DOCUMENTS[format](subject), undefined, 2)}\n`;

/** The date of the documents in seconds since the epoch, by the rule in the command's description. */
async function dateOf(image: string, operand: string | undefined): Promise<number> {
  const pairs = operand === undefined ? [] : (await readManifestFile(operand)).manifest.keyValuePairs;
  const given = process.env['SOURCE_DATE_EPOCH'] ?? pairs.find(({ key }) => key === 'source_date_epoch')?.value ?? '';
  if (given === '') return Math.floor(statSync(image).mtimeMs / 1000);
  // Later dates have five digits in their year, which ISO 8601 does not allow without agreement.
  if (/^\d{1,12}$/.test(given) && Number(given) < MAX_DATE) return Number(given);
  throw new AppError('usage', `SOURCE_DATE_EPOCH is "${given}", not a number of seconds since 1970.`);
}

/** The first second of the year 10000. */
const MAX_DATE = Date.UTC(10_000, 0) / 1000;
