import { EXIT_STATUSES } from '../commands/failure';
import { allCommands } from '../commands';
import { usageLines, type Command } from '../commands/command';
import { ANSWERS, readAnswerShapes, variantsOf, type AnswerDocument, type Variant } from './answers';
import { optionRows } from './commands';
import { MANIFEST_READ_USAGE } from '../manifest-read/usage';
import {
  readErrorCodes,
  readJournalNotes,
  readRecords,
  readShapes,
  type FieldReference,
  type ShapeReference,
} from './journal';

/** The text of `docs/reference.md`. `root` is the project's folder. */
export async function referencePage(root: string): Promise<string> {
  const parts = [
    '# Reference',
    'The engine’s commands, exit statuses and journal. This page is made from the code that defines them: `npm run reference` updates it.',
    ...commandParts(await allCommands()),
    ...statusParts(root),
    ...journalParts(),
    ...answerShapeParts(),
  ];
  return `${parts.join('\n\n')}\n`;
}

function commandParts(commands: readonly Command[]): string[] {
  return [
    '## Commands',
    'A STEP is a checkpoint’s name, or a number from 0. `build` takes its options before the manifest; the other commands take them anywhere. ' +
      'With `--json` a command prints one JSON document.',
    'The tables of fields describe these documents. `steps[].index` is the field `index` of each element of `steps`. Later versions may add fields, so programs ignore fields that they do not know. The fields here keep their names and meanings.',
    ...commands.flatMap((command) => [
      `### ${command.name}`,
      fence(usageLines(command)),
      ...command.description,
      ...optionTable(command),
      ...(ANSWERS[command.name] ?? []).flatMap(answerParts),
    ]),
    '### ManifestRead',
    fence(MANIFEST_READ_USAGE.trimEnd().split('\n')),
    'The command that steps read the manifest with. The socket is its first argument.',
  ];
}

function optionTable(command: Command): string[] {
  const rows = optionRows(command).map(([option, meaning]) => [code(option), meaning]);
  return rows.length === 0 ? [] : [table(['option', 'meaning'], rows)];
}

function answerParts(answer: AnswerDocument): string[] {
  const variants = variantsOf(answer);
  return [`${variants.length > 1 ? 'Objects' : 'Fields'} with ${answer.form ?? '`--json`'}:`, variantTable(variants)];
}

/** The fields of the only variant, or one row for each variant. */
function variantTable(variants: readonly Variant[]): string {
  const [only, ...others] = variants;
  if (only && others.length === 0) return fieldTable(only.fields);
  return table(
    ['object', 'meaning'],
    variants.map(({ fields, description }) => [
      code(`{ ${fields.map(({ name, type }) => `${name}: ${type}`).join(', ')} }`),
      description,
    ]),
  );
}

/** The shapes of answers that the journal does not have too. */
function answerShapeParts(): string[] {
  const known = new Set(readShapes().map(({ name }) => name));
  const shapes = readAnswerShapes().filter(({ name }) => !known.has(name));
  return [
    '## Shapes inside answers',
    ...shapes.flatMap(({ name, description, variants }) => [`### ${name}`, description, variantTable(variants)]),
  ];
}

function statusParts(root: string): string[] {
  return [
    '## Exit statuses',
    table(['status', 'meaning'], EXIT_STATUSES),
    'A step’s own exit status is in the journal.',
    '## Error codes',
    'With `--json` a refusal is `{"failed": true, "error": {"code", "message", "hint"}}`. Programs compare the code; the message is for people, and the hint is the next step.',
    table(
      ['code', 'meaning'],
      readErrorCodes(root).map((error) => [code(error.code), error.meaning]),
    ),
  ];
}

function journalParts(): string[] {
  return [
    '## The journal',
    ...readJournalNotes(),
    'Each record has `kind` and `at`: seconds since the epoch, with milliseconds.',
    ...readRecords().flatMap(shapeParts),
    '## Shapes inside records',
    ...readShapes().flatMap(shapeParts),
  ];
}

function shapeParts({ name, description, fields }: ShapeReference): string[] {
  return [`### ${name}`, ...description, fieldTable(fields)];
}

function fieldTable(fields: readonly FieldReference[]): string {
  const hasMeanings = fields.some((field) => field.description !== '');
  const rows = fields.map((field) => [
    code(field.name),
    `${code(field.type)}${field.isOptional ? ', optional' : ''}`,
    ...(hasMeanings ? [field.description] : []),
  ]);
  return table(['field', 'type', ...(hasMeanings ? ['meaning'] : [])], rows);
}

const code = (text: string): string => `\`${text}\``;
const fence = (lines: readonly string[]): string => ['```text', ...lines, '```'].join('\n');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // A bar ends a cell also inside of code.
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
