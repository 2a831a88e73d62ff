import { EXIT_STATUSES } from '../commands/failure';
import { BUILD_OPTIONS } from '../commands/usage';
import { manifestReadUsage, readCommands } from './commands';
import { readErrorCodes, readJournalNotes, readRecords, readShapes, type ShapeReference } from './journal';

/** `docs/reference.md`, from the code that defines what it tells. `root` is the project's folder. */
export function referencePage(root: string): string {
  const parts = [
    '# Reference',
    'The engine’s commands, exit statuses and journal. This page is made from the code that defines them: `npm run reference` writes it anew.',
    ...commandParts(root),
    ...statusParts(root),
    ...journalParts(root),
  ];
  return `${parts.join('\n\n')}\n`;
}

function commandParts(root: string): string[] {
  return [
    '## Commands',
    'A STEP is a checkpoint’s name, or a number from 0. `build` takes short options only, all of them before the manifest; the other commands take long options anywhere. ' +
      'With `--json` a command prints one JSON document.',
    ...readCommands(root).flatMap(({ name, usage, summary, description }) => [
      `### ${name}`,
      fence(usage),
      // What the original's command does is told by its options.
      ...(name === 'build' ? [sentence(summary), buildOptions()] : description),
    ]),
    '### ManifestRead',
    fence(manifestReadUsage(root).trimEnd().split('\n')),
    'What a step reads the manifest with: the socket is its first argument.',
  ];
}

function statusParts(root: string): string[] {
  return [
    '## Exit statuses',
    table(['status', 'meaning'], EXIT_STATUSES),
    'A step’s own exit status is in the journal.',
    '## Error codes',
    'With `--json` a refusal is `{"failed": true, "error": {"code", "message", "hint"}}`. Programs compare the code; the message is for people, and the hint says what to do next.',
    table(
      ['code', 'meaning'],
      readErrorCodes(root).map(({ code: word, meaning }) => [code(word), meaning]),
    ),
  ];
}

function journalParts(root: string): string[] {
  return [
    '## The journal',
    ...readJournalNotes(root),
    'Each record has `kind` and `at`: seconds since the epoch, with milliseconds.',
    ...readRecords(root).flatMap(shapeParts),
    '## Shapes inside records',
    ...readShapes(root).flatMap(shapeParts),
  ];
}

function shapeParts({ name, description, fields }: ShapeReference): string[] {
  const isTold = fields.some((field) => field.description !== '');
  const rows = fields.map((field) => [
    code(field.name),
    `${code(field.type)}${field.isOptional ? ', optional' : ''}`,
    ...(isTold ? [field.description] : []),
  ]);
  return [`### ${name}`, ...description, table(['field', 'type', ...(isTold ? ['meaning'] : [])], rows)];
}

function buildOptions(): string {
  return table(
    ['option', 'meaning'],
    BUILD_OPTIONS.map(([option, meaning]) => [code(option), meaning]),
  );
}

const code = (text: string): string => `\`${text}\``;
const fence = (lines: readonly string[]): string => ['```text', ...lines, '```'].join('\n');
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // A bar ends a cell also inside of code.
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
