import { setField } from '../../../src-shared/document/fields';
import { childSchemas, schemaOf } from '../../../src-shared/document/schema-place';
import type { Datatype } from '../../../src-shared/manifest/datatypes';
import { parseManifest } from '../../../src-shared/manifest/parse';
import type { ElementSchema } from '../../../src-shared/manifest/schema';
import { applySplices } from '../../../src-shared/manifest/splice';

/** A value of the format: an attribute, or the text of an element. */
export interface Value {
  /** The path of the element. */
  readonly path: string;
  readonly attribute: string | undefined;
  readonly type: Datatype;
  /** Whether another attribute is there in its place. */
  readonly isAbsent: boolean;
}

/** All values that a grammar has, each once. */
function valuesOf(schema: ElementSchema, path = ''): Value[] {
  const { attributes, content, oneAttributeOf = [] } = schema;
  const own: Value[] = attributes.map(({ name, type }) => ({
    path,
    attribute: name,
    type,
    isAbsent: oneAttributeOf.slice(1).includes(name),
  }));
  if (content.kind === 'text') own.push({ path, attribute: undefined, type: content.type, isAbsent: false });
  return [
    ...own,
    ...childSchemas(schema).flatMap((child) => valuesOf(child, path === '' ? child.name : `${path}/${child.name}`)),
  ];
}

/** Values of attributes that must not be arbitrary. */
const FIXED: Readonly<Record<string, string>> = { username: 'anna', key: 'suite', encrypted: 'false' };

function wordFor({ attribute, type: { pattern } }: Value): string {
  const known = attribute === undefined ? undefined : FIXED[attribute];
  if (known !== undefined) return known;
  if (pattern.kind === 'one-of') return pattern.values[0] ?? '';
  if (pattern.kind === 'data') return pattern.name === 'boolean' ? 'true' : '1';
  return 'word';
}

/** Returns a manifest of the layout of `skeleton` that has every element and attribute of its grammar, and these values. */
export function everyElement(skeleton: string): { readonly source: string; readonly values: readonly Value[] } {
  const values = valuesOf(schemaOf(parseManifest(skeleton)));
  let source = skeleton;
  for (const value of values.filter(({ isAbsent }) => !isAbsent))
    source = applySplices(source, setField(parseManifest(source), value.path, value.attribute, wordFor(value)).splices);
  return { source, values };
}
