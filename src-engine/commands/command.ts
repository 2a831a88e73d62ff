import { parseArgs } from 'node:util';
import { AppError, reasonOf } from '../../src-shared/errors';

/** An option of a command. Its name is its key in the table: one letter is `-x`, more are `--name`. */
export interface CommandOption {
  readonly type: 'boolean' | 'string';
  /** A letter that means the same. */
  readonly short?: string;
  /** The value when the option is absent. */
  readonly default?: string;
  /** What the value of a `string` option is called in texts: `STEP`. */
  readonly value?: string;
  /** One clause without a full stop, for the reference and `help COMMAND`. */
  readonly description: string;
}

export type OptionTable = Readonly<Record<string, CommandOption>>;

/** A subcommand of `distro_const`. `help`, the reference, the manual page and the README files are made from these values. */
export interface Command {
  readonly name: string;
  /** One clause without a full stop: the line of `help`. */
  readonly summary: string;
  /** The forms of its arguments, without the command's name. */
  readonly usage: readonly string[];
  /** Paragraphs for the reference. */
  readonly description: readonly string[];
  readonly options: OptionTable;
  /** How many arguments besides options it takes. */
  readonly operands: OperandCount;
  /** Runs it and returns the exit status. Throws `AppError` for expected failures. */
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

/** What `defineCommand` takes: a command whose `run` gets parsed arguments. */
export interface CommandDefinition<T extends OptionTable> extends Omit<Command, 'run' | 'options'> {
  readonly options: T;
  readonly run: (parsed: Parsed<T>) => Promise<number>;
}

/** The option that most commands have. */
export const JSON_OPTION = { type: 'boolean', description: 'print one JSON document' } as const;

/** A command with long options anywhere and counted operands. An `AppError` of code `usage` gets the usage lines appended. */
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

/** The forms of a command as they are typed. */
export function usageLines({ name, usage }: Command): string[] {
  return usage.map((form) => `distro_const ${name} ${form}`);
}

/** An option as it is typed: `-r, --resume STEP`. */
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
