import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { Shape } from '../../src-shared/shape';
import { AppError } from '../../src-shared/errors';
import { systemError } from './system-error';

/** The result of reading a record that is a file of its own. */
export type JsonFile<T> =
  | { readonly kind: 'missing' }
  /** Empty, torn, zeros, or of another shape: caused by a power loss, a full disk or another program. */
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'read'; readonly value: T };

/** Records are small. A larger file is not ours, and must not fill the memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads a record that is a JSON file of its own. A file that does not fit its shape is returned as damaged, never as a
 * value.
 *
 * Throws `AppError('area')` when the file cannot be read.
 */
export function readJsonFile<T>(path: string, shape: Shape<T>): JsonFile<T> {
  let content: Buffer | string;
  try {
    content = readRegularFile(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    const known = systemError(error);
    if (!known) throw error;
    throw new AppError('area', `The file ${path} cannot be read. ${known.message}`, known.hint);
  }
  if (typeof content === 'string') return { kind: 'damaged', why: content };
  return parseFile(content, shape);
}

/** The content, or a text with the reason why it is not a record. */
function readRegularFile(path: string): Buffer | string {
  // Opening a pipe in the place of a file would wait for a writer.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return 'it is not a file';
    return stat.size > MAX_BYTES ? 'it is too large' : readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** A value in JSON text; `undefined` when the text is not JSON or the value has another shape. */
export function parseJson<T>(content: string, shape: Shape<T>): T | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return shape.accepts(value) ? value : undefined;
  } catch {
    return undefined; // not JSON
  }
}

function parseFile<T>(content: Buffer, shape: Shape<T>): JsonFile<T> {
  if (content.length === 0) return { kind: 'damaged', why: 'it is empty' };
  if (content.every((byte) => byte === 0)) return { kind: 'damaged', why: 'it is filled with zeros' };
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch {
    return { kind: 'damaged', why: 'it is not JSON' };
  }
  return shape.accepts(value) ? { kind: 'read', value } : { kind: 'damaged', why: `it is not a ${shape.type} record` };
}
