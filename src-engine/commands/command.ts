import { parseArgs } from 'node:util';
import { AppError, reasonOf } from '../../src-shared/errors';

/** An option of a command. Its key in the table is its name: one letter is `-x`, more are `--name`. */
export interface CommandOption {
  readonly type: 'boolean' | 'string';
  /** A one-letter synonym. */
  readonly short?: string;
  /** The value when the option is absent. */
  readonly default?: string;
  /** The name of a `string` option's value in help texts: `STEP`. */
  readonly value?: string;
  /** One clause without a full stop, for the reference and `help COMMAND`. */
  readonly description: string;
}

export type OptionTable = Readonly<Record<string, CommandOption>>;

/**
 * A subcommand of `distro_const`. `help`, the reference, the manual page and the README files are made from these
 * values.
 */
export interface Command {
  readonly name: string;
  /** One clause without a full stop: the line of `help`. */
  readonly summary: string;
  /** The forms of its arguments, without the command's name. */
  readonly usage: readonly string[];
  /** Paragraphs for the reference. */
  readonly description: readonly string[];
  readonly options: OptionTable;
  /** The number of arguments besides options. */
  readonly operands: OperandCount;
  /** The exit status of failures: 2 for a command that compares, where 1 means different. Missing: 1. */
  readonly failureStatus?: 2;
  /** Runs the command and returns the exit status. Throws `AppError` for expected failures. */
  run(argv: readonly string[]): Promise<number>;
}

export interface OperandCount {
  readonly min: number;
  readonly max: number;
}

/** Arguments that fit a table of options. */
export interface Parsed<T extends OptionTable> {
  readonly values: OptionValues<T>;
  readonly positionals: readonly string[];
}

type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: Value<T[K]> | (T[K] extends { readonly default: string } ? never : undefined);
};
type Value<T extends CommandOption> = T['type'] extends 'string' ? string : boolean;

/** The input of `defineCommand`: a command whose `run` receives parsed arguments. */
export interface CommandDefinition<T extends OptionTable> extends Omit<Command, 'run' | 'options'> {
  readonly options: T;
  readonly run: (parsed: Parsed<T>) => Promise<number>;
}

/** The option that most commands have. */
export const JSON_OPTION = { type: 'boolean', description: 'print one JSON document' } as const;

/** The option of commands that also accept a text that is being edited; see `manifest-text.ts`. */
export const STDIN_OPTION = {
  type: 'boolean',
  description: 'read the text of the manifest from standard input; MANIFEST is its name',
} as const;

/**
 * Defines a command that accepts long options anywhere and a counted number of operands. An `AppError` of code `usage`
 * gets the usage lines appended.
 */
export function defineCommand<const T extends OptionTable>(definition: CommandDefinition<T>): Command {
  const command: Command = {
    ...definition,
    run: async (argv) => {
      try {
        return await definition.run(parse(definition, argv));
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'usage') throw error;
        throw new AppError('usage', [error.message, ...usageLines(command).map((line) => `Usage: ${line}`)].join('\n'));
      }
    },
  };
  return command;
}

/** The forms of a command as the user types them. */
export function usageLines({ name, usage }: Command): string[] {
  return usage.map((form) => `distro_const ${name} ${form}`);
}

/** An option as the user types it: `-r, --resume STEP`. */
export function optionText(name: string, { short, value }: CommandOption): string {
  const forms = [...(short === undefined ? [] : [`-${short}`]), name.length === 1 ? `-${name}` : `--${name}`];
  return `${forms.join(', ')}${value === undefined ? '' : ` ${value}`}`;
}

function parse<T extends OptionTable>(definition: CommandDefinition<T>, argv: readonly string[]): Parsed<T> {
  const { values, positionals } = parseStrictly(definition.options, argv);
  const { min, max } = definition.operands;
  const count = positionals.length;
  if (count < min) throw new AppError('usage', `An argument of ${definition.name} is missing.`);
  if (count > max) throw new AppError('usage', `Unexpected argument: ${positionals.slice(max).join(' ')}`);
  return { values: values as OptionValues<T>, positionals }; // strict parsing gives exactly the table's types
}

function parseStrictly(options: OptionTable, argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new AppError('usage', reasonOf(error));
  }
}
