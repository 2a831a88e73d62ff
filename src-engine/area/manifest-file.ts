import { accessSync, closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { encodeAsDeclared, encodingThatMakes } from '../../src-shared/manifest/encode';
import { compressionOf, notXmlMessage } from '../../src-shared/manifest/foreign-files';
import { loadManifest, type LoadedManifest } from '../../src-shared/manifest/load';
import { ManifestSyntaxError } from '../../src-shared/manifest/parse';
import type { Problem } from '../../src-shared/manifest/problems';
import { decodeManifest, positionAt } from '../../src-shared/manifest/source';
import { isExecutable } from '../system/executables';
import { PRIVATE_MODE } from '../system/modes';
import { scriptFile } from './step-script';

/** A manifest as named on the command line and loaded. */
export interface ManifestFile extends LoadedManifest {
  /** The argument on the command line, for messages. */
  readonly operand: string;
  /** The file that was parsed: `.xml` appended where it was missing. */
  readonly path: string;
  /** The bytes of the file named by `operand`: what checkpoints keep and compare (contract 1.1). */
  readonly bytes: Buffer;
  /** The permissions of that file, which copies must not exceed: it may have passwords. */
  readonly mode: number;
}

/**
 * Reads, parses and loads a manifest (contract 1.1 and 6.2). Problems are returned, not thrown.
 *
 * Throws `AppError('manifest')` with file, line and column when the file cannot be read or is not well-formed XML.
 *
 * @param text replaces the file's content while the user is editing it
 */
export async function readManifestFile(operand: string, text?: string): Promise<ManifestFile> {
  if (text !== undefined) return load({ operand, path: operand, bytes: Buffer.from(text), mode: PRIVATE_MODE }, text);
  if (!isReadableFile(operand))
    throw new AppError('manifest', `You have specified a file (${operand}) that is unable to be read.`);
  const trimmed = operand.trim();
  const path = trimmed.endsWith('.xml') ? trimmed : `${trimmed}.xml`;
  const { bytes, mode } = readWithMode(operand);
  const parsed = path === operand ? bytes : isReadableFile(path) ? readFileSync(path) : undefined;
  if (!parsed)
    throw new AppError(
      'manifest',
      `Error instantiating manifest tree:\n${path} cannot be read`,
      otherFormatHint(bytes, trimmed) ??
        `A manifest is read from a file whose name ends in .xml: rename ${operand} to ${path}.`,
    );
  return load({ operand, path, bytes, mode }, parsed);
}

/** The manifest with another text, in the encoding of its file. Its place, its name and its permissions stay. */
export function withText({ operand, path, bytes, mode, source }: ManifestFile, text: string): ManifestFile {
  const encoding = encodingThatMakes(bytes, source) ?? 'utf-8';
  return load({ operand, path, bytes: Buffer.from(encodeAsDeclared(text, encoding)), mode }, text);
}

/** What to do with a file that is no manifest, whatever its name is. */
function otherFormatHint(bytes: Buffer, operand: string): string | undefined {
  const compression = compressionOf(bytes);
  if (compression) return `${operand} is compressed by ${compression.format}: ${compression.command} ${operand}.`;
  const notXml = notXmlMessage(bytes.toString('latin1', 0, 4096));
  return notXml === undefined ? undefined : `${operand}: ${notXml}.`;
}

/** Reads a file and the permissions that it has at that moment. */
function readWithMode(path: string): { readonly bytes: Buffer; readonly mode: number } {
  const file = openSync(path, 'r');
  try {
    return { mode: fstatSync(file).mode & 0o777, bytes: readFileSync(file) };
  } finally {
    closeSync(file);
  }
}

/** Synchronous: loading `node:fs/promises` would slow down short commands. */
function isReadableFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return !statSync(path).isDirectory();
  } catch {
    return false; // reading it reports why
  }
}

function load(file: Omit<ManifestFile, keyof LoadedManifest>, parsed: Buffer | string): ManifestFile {
  const { path } = file;
  try {
    const source = typeof parsed === 'string' ? parsed : decodeManifest(parsed);
    return { ...file, ...loadManifest(source, { now: new Date(), isExecutable: canRun }) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const at = error instanceof ManifestSyntaxError ? `${path}:${error.line}:${error.column}` : path;
    throw new AppError('manifest', `Error instantiating manifest tree:\n${at}: ${error.message}`, error.hint);
  }
}

/** Whether a script can be started: a name without a slash may also be found on `PATH`, from which it runs (contract 4). */
const canRun = (script: string): boolean => isExecutable(script) || isExecutable(scriptFile(script));

/** `file:line:column: severity: sentence`, the format that editors recognise. */
export function problemLine(file: ManifestFile, problem: Problem): string {
  const { line, column } = positionAt(file.source, problem.range?.start ?? 0);
  return `${file.path}:${line}:${column}: ${problem.severity}: ${problem.message}`;
}

/**
 * The lines that `build` prints for a manifest that must not be built: the original's lines where it has some,
 * otherwise ours, with the user's own file and line where the original shows those of a temporary file (contract 6.2,
 * and 9: 33, 34). Empty when the manifest may be built.
 */
export function refusalLines(file: ManifestFile): readonly string[] {
  const errors = file.problems.filter(
    ({ severity, phase }) => severity === 'error' && (phase === 'schema' || phase === 'value'),
  );
  if (errors.length === 0) return [];
  const first = errors[0]?.phase;
  const lines = errors.filter((problem) => problem.phase === first);
  if (first === 'value')
    return [
      ...lines.flatMap((problem) => problem.original?.split('\n') ?? [problemLine(file, problem)]),
      'Error validating manifest tree content:',
      // The SMF profile is checked as a separate group.
      lines.every(({ path }) => path.endsWith('netservices_SMF_profile'))
        ? 'validate_group: One or more validation errors found.'
        : 'validate_singles: One or more validation errors found.',
    ];
  return [
    ...lines.map((problem) => problemLine(file, problem)),
    `schema_validate: Schema validation failed for DC manifest ${file.path}`,
  ];
}
