import * as z from 'zod';
import { checkpointsAnswer } from '../../src-shared/engine-answers/checkpoints';
import { disksAnswer, writeEvent } from '../../src-shared/engine-answers/disks';
import { doctorAnswer, rightsAnswer } from '../../src-shared/engine-answers/doctor';
import { diffAnswer, extractAnswer, filesInCheckpointAnswer } from '../../src-shared/engine-answers/files';
import { hygieneAnswer } from '../../src-shared/engine-answers/hygiene';
import { bootEvent, checksumAnswer, mediaAnswer } from '../../src-shared/engine-answers/media';
import {
  catalogueAnswer,
  filesAnswer,
  installedAnswer,
  installedDifference,
  packageDetails,
  resolveAnswer,
  searchAnswer,
} from '../../src-shared/engine-answers/packages';
import { lockAnswer } from '../../src-shared/engine-answers/lock';
import { lineAnswer, linesAnswer, switchAnswer } from '../../src-shared/engine-answers/lines';
import { planAnswer } from '../../src-shared/engine-answers/plan';
import { keygenAnswer, signAnswer, statementAnswer, verifyAnswer } from '../../src-shared/engine-answers/provenance';
import { pruneAnswer } from '../../src-shared/engine-answers/prune';
import { cancelAnswer, pauseAnswer } from '../../src-shared/engine-answers/running';
import { proveAnswer } from '../../src-shared/engine-answers/prove';
import { releaseAnswer, releasesAnswer } from '../../src-shared/engine-answers/release';
import { sbomAnswer } from '../../src-shared/engine-answers/sbom';
import { statusAnswer } from '../../src-shared/engine-answers/status';
import { supportAnswer } from '../../src-shared/engine-answers/support';
import { variantEvent, variantsAnswer } from '../../src-shared/engine-answers/variants';
import { validateAnswer } from '../../src-shared/engine-answers/validate';
import type { FieldReference } from './journal';

/** What a command prints with `--json`. */
export interface AnswerDocument {
  /** The options and arguments that print it, where they are not `--json` alone. */
  readonly form?: string;
  readonly schema: z.ZodType;
}

/** The answers of each command that has any. `follow` prints the journal's lines, and `query` an array of strings. */
export const ANSWERS: Readonly<Record<string, readonly AnswerDocument[]>> = {
  build: [{ form: '`--variants --json`', schema: variantEvent }],
  status: [{ schema: statusAnswer }],
  checkpoints: [{ schema: checkpointsAnswer }],
  plan: [{ schema: planAnswer }],
  pause: [{ schema: pauseAnswer }],
  cancel: [{ schema: cancelAnswer }],
  diff: [{ schema: diffAnswer }],
  ls: [{ schema: filesInCheckpointAnswer }],
  extract: [{ schema: extractAnswer }],
  lines: [{ schema: linesAnswer }],
  variants: [{ schema: variantsAnswer }],
  switch: [{ schema: switchAnswer }],
  line: [{ schema: lineAnswer }, { form: '`remove --json`', schema: pruneAnswer }],
  prune: [{ schema: pruneAnswer }],
  media: [{ schema: mediaAnswer }, { form: '`--checksum NAME --json`', schema: checksumAnswer }],
  'boot-test': [{ schema: bootEvent }],
  hygiene: [{ schema: hygieneAnswer }],
  release: [{ schema: releaseAnswer }, { form: '`--list --json`', schema: releasesAnswer }],
  prove: [{ schema: proveAnswer }],
  sbom: [{ schema: sbomAnswer }],
  disks: [{ schema: disksAnswer }],
  write: [{ schema: writeEvent }],
  statement: [{ schema: statementAnswer }],
  keygen: [{ schema: keygenAnswer }],
  sign: [{ schema: signAnswer }],
  verify: [{ schema: verifyAnswer }],
  catalogue: [{ schema: catalogueAnswer }],
  search: [{ schema: searchAnswer }],
  show: [{ schema: packageDetails }],
  resolve: [{ schema: resolveAnswer }],
  lock: [{ schema: lockAnswer }],
  installed: [
    { schema: installedAnswer },
    { form: '`--json` and two WHAT', schema: installedDifference },
    { form: '`--files PACKAGE --json`', schema: filesAnswer },
  ],
  validate: [{ schema: validateAnswer }],
  doctor: [{ schema: doctorAnswer }, { form: '`--rights --json`', schema: rightsAnswer }],
  support: [{ schema: supportAnswer }],
};

/** The fields of a shape. Fields of unnamed objects follow their object as `area.path` or `steps[].index`. */
export interface AnswerShape {
  readonly name: string;
  readonly description: string;
  /** One list, or one for each variant of a union. */
  readonly variants: readonly Variant[];
}

export interface Variant {
  readonly description: string;
  readonly fields: readonly FieldReference[];
}

type Json = z.core.JSONSchema.BaseSchema;

/** The variants of an answer. All but `boot-test` have one. */
export function variantsOf({ schema }: AnswerDocument): readonly Variant[] {
  return variants(z.toJSONSchema(schema));
}

/** The named shapes that fields of answers refer to, by name. */
export function readAnswerShapes(): AnswerShape[] {
  const named = Object.values(ANSWERS)
    .flat()
    .flatMap(({ schema }) => Object.entries(z.toJSONSchema(schema).$defs ?? {}));
  return [...new Map(named)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, shape]) => ({ name, description: shape.description ?? '', variants: variants(shape) }));
}

function variants(shape: Json): Variant[] {
  return (shape.oneOf ?? [shape]).map((one) => ({ description: one.description ?? '', fields: fieldsOf(one, '') }));
}

function fieldsOf({ properties = {}, required = [] }: Json, prefix: string): FieldReference[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    if (typeof value === 'boolean') return [];
    const name = `${prefix}${key}`;
    const field = {
      name,
      type: typeOf(value),
      isOptional: !required.includes(key),
      description: value.description ?? '',
    };
    const inner = unnamedObject(value);
    return [field, ...(inner ? fieldsOf(inner.shape, `${name}${inner.suffix}.`) : [])];
  });
}

/** The unnamed object that a value is, may be, or has as elements. */
function unnamedObject(value: Json): { readonly shape: Json; readonly suffix: string } | undefined {
  if (value.properties) return { shape: value, suffix: '' };
  const [only] = value.anyOf ?? [];
  if (only) return unnamedObject(only);
  const elements = elementsOf(value);
  const inner = elements && unnamedObject(elements);
  return inner && { shape: inner.shape, suffix: `[]${inner.suffix}` };
}

function typeOf(value: Json): string {
  if (value.$ref !== undefined) return value.$ref.replace('#/$defs/', '');
  if (value.const !== undefined) return literal(value.const);
  if (value.enum) return value.enum.map(literal).join(' | ');
  const options = value.anyOf ?? value.oneOf;
  if (options) return options.map(typeOf).join(' | ');
  const elements = elementsOf(value);
  if (!elements) return Array.isArray(value.type) ? value.type.join(' | ') : (value.type ?? 'any');
  const type = typeOf(elements);
  return type.includes(' | ') ? `(${type})[]` : `${type}[]`;
}

function elementsOf({ items }: Json): Json | undefined {
  return typeof items === 'object' && !Array.isArray(items) ? items : undefined;
}

const literal = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value));
