import { AppError } from '../../src-shared/errors';
import { defineCommand, optionText, usageLines, type Command, type Parsed } from './command';
import { printLines } from './print';

const OPTIONS = {};

/** Finds the commands that `help` describes; a parameter, because `help` is one of them. */
export interface CommandList {
  all(): Promise<Command[]>;
  find(name: string): Promise<Command | undefined>;
}

/** The `help` command for a list of commands. */
export const helpCommandFor = (commands: CommandList): Command =>
  defineCommand({
    name: 'help',
    summary: 'lists the commands, or the options of one',
    usage: ['[COMMAND]'],
    description: ['Prints one line per command, or the usage, description and options of a command.'],
    options: OPTIONS,
    operands: { min: 0, max: 1 },
    run: (parsed) => run(commands, parsed),
  });

async function run(commands: CommandList, { positionals: [name] }: Parsed<typeof OPTIONS>): Promise<number> {
  if (name === undefined) {
    printLines(overview(await commands.all()));
    return 0;
  }
  const command = await commands.find(name);
  if (!command)
    throw new AppError('missing', `There is no command ${name}.`, 'List the commands with: distro_const help');
  printLines(details(command));
  return 0;
}

function overview(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: distro_const COMMAND [OPTION...] [ARGUMENT...]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'distro_const help COMMAND prints its usage and options. A STEP is a checkpoint name, or a number from 0.',
  ];
}

function details(command: Command): string[] {
  const rows = Object.entries(command.options).map(([name, option]) => [optionText(name, option), option.description]);
  const width = Math.max(0, ...rows.map(([option = '']) => option.length));
  return [
    ...usageLines(command).map((line) => `Usage: ${line}`),
    ...command.description.flatMap((paragraph) => ['', ...wrapped(paragraph.replaceAll('`', ''))]),
    ...(rows.length === 0 ? [] : ['']),
    ...rows.map(([option = '', description]) => `  ${option.padEnd(width)}  ${description}`),
  ];
}

/** Wraps text to lines of at most 80 characters. */
function wrapped(text: string): string[] {
  return text.match(/\S.{0,78}\S(?=\s|$)|\S+/g) ?? [];
}
