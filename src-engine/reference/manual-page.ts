import { EXIT_STATUSES } from '../commands/failure';
import { allCommands } from '../commands';
import { usageLines } from '../commands/command';
import { optionRows } from './commands';

/** The manual page distro_const(1), in the format of man(7). */
export async function manualPage(version: string): Promise<string> {
  const commands = await allCommands();
  return [
    `.TH DISTRO_CONST 1 "" "Slipway ${version}" "User Commands"`,
    '.SH NAME',
    'distro_const \\- build operating\\-system images in checkpointed steps',
    '.SH SYNOPSIS',
    ...commands.flatMap((command) => usageLines(command).flatMap((line) => ['.br', text(line)])),
    '.SH DESCRIPTION',
    text(
      'Runs the steps of a manifest, takes a snapshot of the build data before each, and resumes from any of them. A STEP is a checkpoint name, or a number from 0. With --json a command prints one JSON document.',
    ),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      '.TP',
      `.B ${text(command.name)}`,
      text(command.description.join(' ')),
      ...(optionRows(command).length === 0 ? [] : ['.RS', ...pairs(optionRows(command)), '.RE']),
    ]),
    '.SH EXIT STATUS',
    ...pairs(EXIT_STATUSES),
    '.SH SEE ALSO',
    text('The manual of Slipway: press F1 in its window.'),
    '',
  ].join('\n');
}

function pairs(rows: readonly (readonly string[])[]): string[] {
  return rows.flatMap(([term = '', ...rest]) => ['.TP', `.B ${text(term)}`, text(rest.join('. '))]);
}

/**
 * Escapes a line of text: backslashes, hyphens and a leading mark of the format are literal. Code marks of Markdown are
 * removed.
 */
function text(source: string): string {
  const line = source.replaceAll('`', '').replace(/\s+/g, ' ').trim().replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
