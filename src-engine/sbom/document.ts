import { createHash } from 'node:crypto';
import { ENGINE_VERSION } from '../version';
import type { ImageSoftware } from './package-set';

/** What a software bill of materials is made from. Equal subjects give equal documents, byte for byte. */
export interface SbomSubject extends ImageSoftware {
  /** The file name of the medium. */
  readonly name: string;
  /** Of the medium, in hex. */
  readonly sha256: string;
  /** The date in the document, in seconds since the epoch. */
  readonly date: number;
}

/** The formats of a document, and the ends of their file names. */
export const SBOM_FORMATS = { spdx: '.spdx.json', cyclonedx: '.cdx.json' } as const;
export type SbomFormat = keyof typeof SBOM_FORMATS;

/** The program that makes the documents. */
export const TOOL = { name: 'slipway', version: ENGINE_VERSION } as const;

/** ISO 8601 in UTC with seconds, as both formats want it. */
export const isoDate = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

/** A UUID (RFC 9562, version 8) from the content, so that equal media have equal documents. */
export function contentUuid(...parts: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
