import ts from 'typescript';
import { docOf, find, parseSource } from './source';

const PROTOCOL = 'src-shared/engine-protocol.ts';
const FINGERPRINT = 'src-shared/checkpoints/fingerprint.ts';

/** A field of a record, with its type as the code has it. */
export interface FieldReference {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly description: string;
}

/** A kind of record, or a shape that records have inside. */
export interface ShapeReference {
  readonly name: string;
  readonly description: readonly string[];
  readonly fields: readonly FieldReference[];
}

/** The journal's records in the order of a run. `kind` and `at` are in each and are left out. */
export function readRecords(root: string): ShapeReference[] {
  const file = parseSource(root, PROTOCOL);
  const { members } = find(file, ts.isInterfaceDeclaration, ({ name }) => name.text === 'RecordBodies');
  const bases = new Map(readShapes(root).map((shape) => [shape.name, shape.fields]));
  return members.filter(ts.isPropertySignature).map((record) => {
    const parts = record.type && ts.isIntersectionTypeNode(record.type) ? record.type.types : [record.type];
    return {
      name: nameOf(record),
      description: docOf(record),
      fields: parts.flatMap((part) =>
        part && ts.isTypeLiteralNode(part) ? fieldsOf(part.members) : (bases.get(part?.getText() ?? '') ?? []),
      ),
    };
  });
}

/** The shapes that fields of records name. */
export function readShapes(root: string): ShapeReference[] {
  return [PROTOCOL, FINGERPRINT].flatMap((path) =>
    parseSource(root, path)
      .statements.filter(ts.isInterfaceDeclaration)
      .filter(({ name }) =>
        ['PlannedStep', 'ManifestReadRecord', 'RunStep', 'StepExecution', 'DeclaredInput'].includes(name.text),
      )
      .map((shape) => ({ name: shape.name.text, description: docOf(shape), fields: fieldsOf(shape.members) })),
  );
}

/** What is said of the journal as a whole, in paragraphs. */
export function readJournalNotes(root: string): string[] {
  return docOf(find(parseSource(root, PROTOCOL), ts.isVariableStatement, () => true));
}

/** The codes of expected failures, as the docstring of `ErrorCode` lists them. */
export function readErrorCodes(root: string): { readonly code: string; readonly meaning: string }[] {
  const doc = docOf(
    find(parseSource(root, 'src-shared/errors.ts'), ts.isTypeAliasDeclaration, ({ name }) => name.text === 'ErrorCode'),
  );
  return doc
    .flatMap((part) => part.split('\n'))
    .flatMap((line) => {
      const [, code, meaning] = /^- `(\w+)`\s+(.*)$/.exec(line) ?? [];
      return code === undefined || meaning === undefined ? [] : [{ code, meaning }];
    });
}

function fieldsOf(members: ts.NodeArray<ts.TypeElement>): FieldReference[] {
  return members.filter(ts.isPropertySignature).map((field) => ({
    name: nameOf(field),
    type: typeOf(field),
    isOptional: field.questionToken !== undefined,
    description: docOf(field).join(' '),
  }));
}

/** A type as it is written; the name of a union is told as the union. */
function typeOf({ type }: ts.PropertySignature): string {
  const text = (type?.getText() ?? '').replace(/\breadonly /g, '').replace(/\s+/g, ' ');
  const alias = type
    ?.getSourceFile()
    .statements.find((one) => ts.isTypeAliasDeclaration(one) && one.name.text === text);
  return alias && ts.isTypeAliasDeclaration(alias) ? alias.type.getText() : text;
}

function nameOf({ name }: ts.PropertySignature): string {
  return ts.isStringLiteral(name) ? name.text : name.getText();
}
