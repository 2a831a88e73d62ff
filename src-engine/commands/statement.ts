import { dirname, join, resolve } from 'node:path';
import type { StatementAnswer } from '../../src-shared/engine-answers/provenance';
import { ORIGIN_LABELS } from '../../src-shared/provenance/origin';
import { ENVELOPE_SUFFIX, STATEMENT_SUFFIX } from '../../src-shared/provenance/statement';
import { AppError } from '../../src-shared/errors';
import { Freshness } from '../area/freshness';
import { mediumNamed } from '../boot-test/media';
import { parkedMedia } from '../lines/parked-media';
import { hasPayload } from '../provenance/dsse';
import { makeStatement, statementText } from '../provenance/make-statement';
import { readMediumRecord, type MediumRecord } from '../provenance/medium-record';
import { readIfThere, writeFileAtomically } from '../system/files';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { inspect, type Inspection } from './inspect';
import { LINE_OPTION } from './media';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  line: LINE_OPTION,
  output: { type: 'string', value: 'FOLDER', description: 'where the file is written; default: beside the image' },
} as const satisfies OptionTable;

export const statementCommand = defineCommand({
  name: 'statement',
  summary: 'what a finished image was built from, and how, as an in-toto statement',
  usage: ['[--line LINE] [--output FOLDER] [--json] MANIFEST NAME'],
  description: [
    'Writes `NAME.statement.json`: an in-toto Statement v1 with SLSA provenance v1. It has the SHA-256 of the image, of manifest, scripts, lock and recorded inputs, of the journal and of the documents of `sbom` beside the image; the run, and the steps that were kept from earlier runs. `builder.id` differs for clean and resumed images, and for builds here and through SSH.',
    'NAME is a finished file of the manifest. Manifest, scripts and inputs must still be those that the build used. The same image always gets the same statement. It is not signed: see `sign`.',
  ],
  options: OPTIONS,
  operands: { min: 2, max: 2 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { json, line, output } = values;
  const [operand = '', name = ''] = positionals;
  const answer = await inspect(operand, (inspection) => writtenStatement(inspection, name, line, output));
  if (json) printAnswer<StatementAnswer>(answer);
  else
    printLines([
      `${answer.image}: ${ORIGIN_LABELS[answer.origin]}`,
      ...(answer.bills.length === 0 ? ['It lists no software bill of materials: none is beside the image.'] : []),
      ...(answer.unknown === undefined ? [] : [`Not all inputs could be compared: ${answer.unknown}.`]),
      ...(answer.signed === false ? ['The signature beside it is of another statement: sign this one.'] : []),
      answer.statement,
    ]);
  return 0;
}

async function writtenStatement(
  inspection: Inspection,
  name: string,
  line: string | undefined,
  output: string | undefined,
): Promise<StatementAnswer> {
  const { area, file } = inspection.useAll();
  const parked = line === undefined ? undefined : inspection.lineNamed(line);
  const isParked = parked !== undefined && parked.id !== parked.active;
  const folder = isParked ? parkedMedia(area, parked.id) : area.media;
  const found = await mediumNamed(folder, name);
  const { path } = found;
  const medium = readMediumRecord(area, file.path, parked?.id, found);
  const unknown = await unknownSince(inspection, medium);
  const made = await makeStatement(file, folder, medium);
  const statement = join(output === undefined ? dirname(path) : resolve(output), `${name}${STATEMENT_SUFFIX}`);
  const text = statementText(made);
  writeFileAtomically(statement, text);
  const envelope = await readIfThere(join(dirname(statement), `${name}${ENVELOPE_SUFFIX}`));
  const signed = envelope && hasPayload(envelope.toString('utf8'), Buffer.from(text));
  const { builder, byproducts = [] } = made.predicate.runDetails;
  return {
    image: path,
    sha256: made.subject[0]?.digest['sha256'] ?? '',
    origin: medium.origin,
    builder: builder.id,
    statement,
    bills: byproducts.flatMap((one) => (one.annotations?.slipway_part === 'sbom' && one.name ? [one.name] : [])),
    ...(signed !== undefined && { signed }),
    ...(unknown !== undefined && { unknown }),
  };
}

/**
 * Why it is not known whether the steps would use the same files today. Throws `refused` when they would not: the files that the
 * build used are gone.
 */
async function unknownSince(inspection: Inspection, { name, history }: MediumRecord): Promise<string | undefined> {
  const { area, file } = inspection.context;
  const manifest = { ...file.manifest, steps: file.manifest.steps.slice(0, history.length) };
  const freshness = new Freshness(area, { ...file, manifest }, { asksServers: false });
  const found = await freshness.ofResult({ history });
  if (found.kind === 'current') return undefined;
  if (found.kind === 'unknown') return found.reason;
  throw new AppError(
    'refused',
    `${name} was not built from the present files: ${found.reasons.join('; ')}.`,
    'Restore them, or build again.',
  );
}
