import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, reasonOf } from '../../src-shared/errors';
import { nearestName } from '../../src-shared/near-name';
import type { InterpretedManifest } from '../../src-shared/manifest/interpret';
import type { Problem } from '../../src-shared/manifest/problems';
import { decodeManifest, positionAt } from '../../src-shared/manifest/source';
import { applyVariant } from '../../src-shared/variants/apply';
import { variantError, type VariantProblem } from '../../src-shared/variants/problem';
import { parseVariant, variantNameProblem, type Variant } from '../../src-shared/variants/variant';
import { withText, type ManifestFile } from '../area/manifest-file';
import { systemError } from '../system/system-error';

const SUFFIX = '.xml';

/** A variant of a manifest, read and applied. */
export interface VariantFile {
  readonly name: string;
  readonly path: string;
  /** The text of the variant's own file; empty when it cannot be read. */
  readonly source: string;
  readonly variant: Variant;
  /** The plain manifest, as far as the variant can be applied. */
  readonly built: InterpretedManifest;
  readonly problems: readonly VariantProblem[];
}

/** The names of the variants of a manifest, sorted: the files `variants/NAME.xml` beside it. */
export function variantNames(manifest: string): string[] {
  try {
    return readdirSync(folderOf(manifest))
      .filter((name) => name.endsWith(SUFFIX) && !name.startsWith('.'))
      .map((name) => name.slice(0, -SUFFIX.length))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** Reads and applies a variant. What is wrong with its file is in `problems`. */
export function readVariant(file: ManifestFile, name: string): VariantFile {
  const path = join(folderOf(file.path), `${name}${SUFFIX}`);
  const wrongName = variantNameProblem(name);
  const read = wrongName === undefined ? textOf(path) : { problem: problemOfFile(wrongName, 'Rename the file.') };
  if ('problem' in read) {
    const variant = { description: '', changes: [], problems: [read.problem] };
    return { name, path, source: '', variant, built: file, problems: variant.problems };
  }
  const variant = parseVariant(read.source);
  return { name, path, source: read.source, variant, ...applyVariant(file, variant, { now: new Date() }) };
}

/**
 * The plain manifest of a variant, with the problems that the manifest does not have itself.
 */
export function checkVariant(
  file: ManifestFile,
  read: VariantFile,
): { readonly file: ManifestFile; readonly problems: readonly VariantProblem[] } {
  if (read.problems.some(({ severity }) => severity === 'error')) return { file, problems: read.problems };
  const built = encoded(file, read);
  if ('problem' in built) return { file, problems: [...read.problems, built.problem] };
  const known = new Set(file.problems.map(identityOf));
  const made = built.problems.filter((problem) => !known.has(identityOf(problem)));
  return { file: built, problems: [...read.problems, ...made.map((problem) => problemOfBuilt(read, problem))] };
}

/** The plain manifest in the encoding of the manifest, which may lack a character. */
function encoded(file: ManifestFile, { built, variant }: VariantFile): ManifestFile | { problem: VariantProblem } {
  try {
    return withText(file, built.source);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const range = variant.changes[0]?.range ?? { start: 0, end: 0 };
    return { problem: variantError('variant-encoding', `${error.message}.`, error.hint ?? '', range) };
  }
}

/**
 * The plain manifest of a variant for a build. Throws `missing` when there is no such variant, and `manifest` with all
 * errors of the variant.
 */
export function openVariant(file: ManifestFile, name: string): ManifestFile {
  const names = variantNames(file.path);
  if (!names.includes(name)) throw noVariant(file, name, names);
  const read = readVariant(file, name);
  const { file: built, problems } = checkVariant(file, read);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new AppError('manifest', errors.map((error) => variantLine(read, error)).join('\n'));
  return built;
}

function noVariant(file: ManifestFile, name: string, names: readonly string[]): AppError {
  const near = nearestName(name, names);
  const hint =
    names.length === 0
      ? `A variant is a file in ${folderOf(file.path)}: ${name}${SUFFIX}`
      : near === undefined
        ? `The variants are: ${names.join(', ')}`
        : `Is ${near} meant?`;
  return new AppError('missing', `${file.path} has no variant ${name}.`, hint);
}

/** `variants/de.xml:3:5: error: sentences`, the format that editors recognise. */
export function variantLine({ path, source }: VariantFile, { range, severity, message, hint }: VariantProblem): string {
  const { line, column } = positionAt(source, range.start);
  return `${path}:${line}:${column}: ${severity}: ${message} ${hint}`;
}

/** The problems of a variant with their places in its file. */
export function placed(source: string, problems: readonly VariantProblem[]) {
  return problems.map((problem) => ({ ...problem, ...positionAt(source, problem.range.start) }));
}

const folderOf = (manifest: string): string => join(dirname(manifest), 'variants');

function textOf(path: string): { readonly source: string } | { readonly problem: VariantProblem } {
  try {
    return { source: decodeManifest(readFileSync(path)) };
  } catch (error) {
    const expected = error instanceof AppError ? error : systemError(error);
    if (!expected) throw error;
    return { problem: problemOfFile(reasonOf(expected), expected.hint ?? 'Make it readable.') };
  }
}

const problemOfFile = (message: string, hint: string): VariantProblem =>
  variantError('variant-file', message, hint, { start: 0, end: 0 });

const identityOf = ({ code, message, path }: Problem): string => JSON.stringify([code, message, path]);

const NO_SCRIPT =
  'The scripts of an output have to be in the document: the window copies them when the output is switched on there.';

/** A problem of the plain manifest, at the change of the variant that seems to make it. */
function problemOfBuilt({ variant }: VariantFile, problem: Problem): VariantProblem {
  const last = lastName(problem.path);
  const output = problem.path.endsWith('script/name')
    ? variant.changes.find(({ kind }) => kind === 'output-on')
    : undefined;
  const change =
    output ??
    variant.changes.find((one) => one.kind === 'set' && lastName(one.path) === last) ??
    variant.changes.find((one) => 'name' in one && problem.message.includes(one.name)) ??
    variant.changes[0];
  return {
    severity: problem.severity,
    code: problem.code,
    message: problem.message,
    hint: output
      ? NO_SCRIPT
      : `This is a problem of the manifest with the variant applied, at ${problem.path === '' ? 'its root' : problem.path}.`,
    range: change?.range ?? { start: 0, end: 0 },
  };
}

const lastName = (path: string): string => (path.split('/').at(-1) ?? '').replace(/[[=].*$/, '').replace(/^@/, '');
