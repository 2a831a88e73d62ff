import ts from 'typescript';
import { JOURNAL_NOTES, RECORD_SHAPES, RECORDS } from '../../src-shared/journal/records';
import { isOptional, type Fields, type ObjectShape } from '../../src-shared/shape';
import { docOf, find, parseSource } from './source';

/** A field of a record, with its type as in the code. */
export interface FieldReference {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly description: string;
}

/** A kind of record, or a shape inside records. */
export interface ShapeReference {
  readonly name: string;
  readonly description: readonly string[];
  readonly fields: readonly FieldReference[];
}

/** The journal's records in the order of a run. `kind` and `at` are in each and are left out. */
export const readRecords = (): ShapeReference[] => Object.values(RECORDS).map(referenceOf);

/** The shapes that fields of records name. */
export const readShapes = (): ShapeReference[] => RECORD_SHAPES.map(referenceOf);

/** The description of the journal as a whole, in paragraphs. */
export const readJournalNotes = (): readonly string[] => JOURNAL_NOTES;

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

function referenceOf({ type, description, fields }: ObjectShape<Fields>): ShapeReference {
  return {
    name: type,
    description: [description],
    fields: Object.entries(fields).map(([name, field]) => ({
      name,
      type: field.type,
      isOptional: isOptional(field),
      description: field.description,
    })),
  };
}
