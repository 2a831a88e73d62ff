import type { KeyObject } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import type { VerifyAnswer } from '../../src-shared/engine-answers/provenance';
import { AppError } from '../../src-shared/errors';
import { BUILD_TYPE } from '../../src-shared/provenance/build-type';
import {
  ENVELOPE_SUFFIX,
  EXTERNAL_PARAMETERS,
  STATEMENT_SUFFIX,
  statement,
  type ResourceDescriptor,
  type Statement,
} from '../../src-shared/provenance/statement';
import { exists, readIfThere } from '../system/files';
import { sha256Of } from '../system/sha256';
import { openEnvelope, type Opened } from './dsse';

type ImageAnswer = VerifyAnswer['images'][number];
type PartAnswer = ImageAnswer['parts'][number];

/** How an image is checked. */
export interface VerifyOptions {
  /** Trusted public keys; `undefined` accepts a statement that is not signed. */
  readonly keys: readonly KeyObject[] | undefined;
  /** The manifest, in whose folder the files of the document are; missing: beside the image. */
  readonly manifest?: string | undefined;
}

/**
 * Compares an image and the files beside it with its statement. Nothing of a statement that is not signed rightly is used.
 *
 * Throws `missing` when there is no image, or no statement of it.
 */
export async function verifyImage(image: string, { keys, manifest }: VerifyOptions): Promise<ImageAnswer> {
  if (!exists(image)) throw new AppError('missing', `There is no ${image}.`);
  const file = `${image}${keys ? ENVELOPE_SUFFIX : STATEMENT_SUFFIX}`;
  const bytes = await readIfThere(file);
  if (!bytes) throw unstated(image, file, keys !== undefined);
  const name = basename(file);
  const opened = keys ? openedIn(bytes, keys) : { body: bytes };
  const read = 'problem' in opened ? opened : statementIn(opened.body);
  if ('problem' in read)
    return { image, parts: [{ part: 'statement', name, state: 'different', reason: read.problem }] };
  const { subject, predicate } = read.stated;
  const { buildDefinition, runDetails } = predicate;
  const folders = [dirname(image), ...(manifest === undefined ? [] : [dirname(resolve(manifest))])];
  const resources = [...(buildDefinition.resolvedDependencies ?? []), ...(runDetails.byproducts ?? [])];
  return {
    image,
    builder: runDetails.builder.id,
    parts: [
      await imagePart(image, subject),
      { part: 'statement', name, state: 'equal' },
      ...(await Promise.all(resources.flatMap((one) => partOf(one, folders) ?? []))),
    ],
  };
}

/** A file has one envelope: more would be statements about other things. */
function openedIn(bytes: Buffer, keys: readonly KeyObject[]): Opened {
  const [line = '', ...rest] = bytes.toString('utf8').split('\n');
  if (rest.length !== 1 || rest[0] !== '') return { problem: 'it is not one line with an envelope of DSSE 1.0' };
  if (!Buffer.from(line).equals(bytes.subarray(0, -1))) return { problem: 'it is not UTF-8' };
  return openEnvelope(line, keys);
}

function statementIn(body: Buffer): { readonly stated: Statement } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return { problem: 'it is not JSON' };
  }
  if (!statement.accepts(value)) return { problem: 'it is not an in-toto Statement v1 with SLSA provenance v1' };
  const { buildType, externalParameters } = value.predicate.buildDefinition;
  if (buildType !== BUILD_TYPE) return { problem: `its buildType ${buildType} is not that of Slipway` };
  const known: readonly string[] = EXTERNAL_PARAMETERS;
  const unknown = Object.keys(externalParameters).find((one) => !known.includes(one));
  return unknown === undefined ? { stated: value } : { problem: `its parameter ${unknown} is unknown` };
}

/** Subjects are matched by their digests, whatever the name of the file is (in-toto statement v1). */
async function imagePart(image: string, subject: Statement['subject']): Promise<PartAnswer> {
  const sha256 = await sha256Of(image);
  const name = basename(image);
  return subject.some(({ digest }) => digest['sha256'] === sha256)
    ? { part: 'image', name, state: 'equal' }
    : { part: 'image', name, state: 'different', reason: 'its content is not that of the statement' };
}

/** The comparison of a file of the document or beside the image; `undefined` for what is neither. */
function partOf(
  { name, digest, annotations }: ResourceDescriptor,
  folders: readonly string[],
): Promise<PartAnswer> | undefined {
  const part = annotations?.slipway_part;
  const sha256 = digest?.['sha256'];
  if (part === undefined || name === undefined || sha256 === undefined) return undefined;
  return comparison(part, name, sha256, folders);
}

async function comparison(
  part: PartAnswer['part'],
  name: string,
  sha256: string,
  folders: readonly string[],
): Promise<PartAnswer> {
  // Files outside the document are of the build host.
  const isInside = !/^[/~]/.test(name) && !name.split('/').includes('..');
  const path = isInside ? folders.map((folder) => join(folder, name)).find(exists) : undefined;
  if (path === undefined) return { part, name, state: 'absent' };
  return (await sha256Of(path)) === sha256
    ? { part, name, state: 'equal' }
    : { part, name, state: 'different', reason: 'its content is not that of the statement' };
}

function unstated(image: string, file: string, isSigned: boolean): AppError {
  const unsigned = `${image}${STATEMENT_SUFFIX}`;
  if (isSigned && exists(unsigned))
    return new AppError(
      'missing',
      `The statement of ${image} is not signed: there is no ${file}.`,
      `Sign it: distro_const sign ${unsigned}. Without a signature only --unsigned compares.`,
    );
  return new AppError('missing', `There is no statement ${file}.`, 'Make one with: distro_const statement');
}
