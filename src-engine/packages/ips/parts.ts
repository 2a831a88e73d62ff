import { AppError } from '../../../src-shared/errors';
import { fetchFile } from './fetch';
import { ATTRIBUTES, type Located } from './locate';
import { signatureOf } from './signature';

/** The parts of a catalogue that are read: versions, dependencies and summaries. */
export const PARTS = ['catalog.base.C', 'catalog.dependency.C', 'catalog.summary.C'] as const;
export type PartName = (typeof PARTS)[number];

/** The contents of `catalog.attrs`. */
export interface Attributes {
  /** ISO 8601. */
  readonly modified: string | undefined;
  /** The existing parts, each with its SHA-1 where the catalogue has it. */
  readonly parts: ReadonlyMap<PartName, string | undefined>;
}

/**
 * Parses a catalogue's list of parts.
 *
 * Throws `AppError('refused')` when the file is damaged, `'unsupported'` when the catalogue has another format.
 */
export function readAttributes({ folder, attributes: file }: Located): Attributes {
  const where = `${folder}/${ATTRIBUTES}`;
  const { claimed, actual } = signatureOf(file);
  if (claimed !== undefined && claimed !== actual) throw damaged(where, 'its signature does not match its text');
  const read = record(parse(file, where));
  const listed = record(read['parts']);
  if (read['version'] !== 1)
    throw new AppError(
      'unsupported',
      `${where} has format version ${JSON.stringify(read['version'])?.slice(0, 20) ?? '?'}; only version 1 is supported.`,
      'Choose another repository, or a build host with pkg(1) of IPS.',
    );
  const parts = new Map<PartName, string | undefined>();
  for (const name of PARTS) {
    if (!Object.hasOwn(listed, name)) continue;
    const signature = record(listed[name])['signature-sha-1'];
    parts.set(name, typeof signature === 'string' ? signature : undefined);
  }
  if (!parts.has('catalog.base.C')) throw damaged(where, 'it does not list catalog.base.C');
  return { modified: isoDate(read['last-modified']), parts };
}

/** A part and its SHA-1. */
export interface FetchedPart {
  readonly file: Buffer;
  readonly signature: string;
}

/**
 * Fetches a part and checks it.
 *
 * Throws the errors of `fetchFile`, and `AppError('refused')` when its hash is not that of `catalog.attrs`.
 *
 * @param wanted its SHA-1, where the catalogue has it
 */
export async function fetchPart(folder: string, name: PartName, wanted: string | undefined): Promise<FetchedPart> {
  const where = `${folder}/${name}`;
  const file = await fetchFile(where);
  if (!file) throw damaged(where, `it is missing, but ${ATTRIBUTES} lists it`);
  const { claimed, actual } = signatureOf(file);
  if (wanted !== undefined && actual !== wanted) throw damaged(where, `its signature is not the one in ${ATTRIBUTES}`);
  if (claimed !== undefined && claimed !== actual) throw damaged(where, 'its signature does not match its text');
  parse(file, where);
  return { file, signature: actual };
}

function parse(file: Buffer, where: string): unknown {
  try {
    return JSON.parse(file.toString('utf8'));
  } catch {
    throw damaged(where, 'it is not JSON, or is incomplete');
  }
}

const damaged = (where: string, why: string): AppError =>
  new AppError(
    'refused',
    `${where} is damaged: ${why}.`,
    'It was not used. The mirror may be in the middle of an update, or a proxy has an old file: try again in a few minutes, or use another mirror.',
  );

/** Converts `20090508T161025.686485Z` to the usual ISO 8601 form. */
function isoDate(text: unknown): string | undefined {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(typeof text === 'string' ? text : '');
  if (!basic) return undefined;
  const [, year, month, day, hour, minute, second] = basic;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** A JSON object; an empty one in place of any other value. */
export const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
