import { EXIT_STATUSES } from '../commands/failure';
import { allCommands } from '../commands';
import { usageLines, type Command } from '../commands/command';
import { optionRows } from './commands';
import { MANIFEST_READ_USAGE } from '../manifest-read/usage';
import { readErrorCodes, readJournalNotes, readRecords, readShapes, type ShapeReference } from './journal';

/** The text of `docs/reference.md`. `root` is the project's folder. */
export async function referencePage(root: string): Promise<string> {
  const parts = [
    '# Reference',
    'The engine’s commands, exit statuses and journal. This page is made from the code that defines them: `npm run reference` updates it.',
    ...commandParts(await allCommands()),
    ...statusParts(root),
    ...journalParts(),
  ];
  return `${parts.join('\n\n')}\n`;
}

function commandParts(commands: readonly Command[]): string[] {
  return [
    '## Commands',
    'A STEP is a checkpoint’s name, or a number from 0. `build` takes its options before the manifest; the other commands take them anywhere. ' +
      'With `--json` a command prints one JSON document.',
    'The fields of these documents are declared in `src-shared/engine-answers`. Later versions may add fields, so programs ignore fields that they do not know. Declared fields keep their names and meanings.',
    ...commands.flatMap((command) => [
      `### ${command.name}`,
      fence(usageLines(command)),
      ...command.description,
      ...optionTable(command),
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
  const hasMeanings = fields.some((field) => field.description !== '');
  const rows = fields.map((field) => [
    code(field.name),
    `${code(field.type)}${field.isOptional ? ', optional' : ''}`,
    ...(hasMeanings ? [field.description] : []),
  ]);
  return [`### ${name}`, ...description, table(['field', 'type', ...(hasMeanings ? ['meaning'] : [])], rows)];
}

const code = (text: string): string => `\`${text}\``;
const fence = (lines: readonly string[]): string => ['```text', ...lines, '```'].join('\n');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // A bar ends a cell also inside of code.
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
