import { basename, dirname } from 'node:path';
import { AppError, type ErrorCode } from '../../src-shared/errors';
import type { Argv, CommandOptions, Transport } from '../transport/transport';

/** What runs the engine on a host: the words before its own, and the environment it needs. */
export interface EngineCommand {
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string>>;
}

/** A subcommand of the engine for a manifest. */
export interface EngineCall {
  /** Of the manifest; scripts are found from the folder it lies in. */
  readonly manifest: string;
  readonly subcommand: string;
  readonly options?: readonly string[];
  /** What follows the manifest. */
  readonly operands?: readonly string[];
}

/** A machine where images are built: the way to it, and its engine. */
export interface BuildHost {
  readonly transport: Transport;
  /** The words and the surroundings of an engine command, for any call of the transport. */
  command(call: EngineCall): { readonly argv: Argv; readonly options: CommandOptions };
  /** Runs a subcommand with `--json` and gives its document. A refusal is an `AppError` in the engine's words. */
  ask(call: EngineCall, signal?: AbortSignal): Promise<unknown>;
}

/** A host that is reached by `transport` and has `engine`. */
export function createBuildHost(transport: Transport, engine: EngineCommand): BuildHost {
  const command: BuildHost['command'] = ({ manifest, subcommand, options = [], operands = [] }) => ({
    argv: [...engine.argv, subcommand, ...options, basename(manifest), ...operands],
    options: { folder: dirname(manifest), env: engine.env },
  });
  return {
    transport,
    command,
    async ask(call, signal) {
      const { argv, options } = command({ ...call, options: ['--json', ...(call.options ?? [])] });
      const { code, stdout, stderr } = await transport.run(argv, { ...options, signal });
      const text = stdout.toString('utf8');
      const answer: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined;
      const refusal = refusalOf(answer);
      if (refusal) throw refusal;
      if (answer !== undefined) return answer;
      const said = stderr.trim() || 'and said nothing';
      throw new AppError('unsupported', `distro_const ${call.subcommand} ended with ${code ?? 'a signal'}: ${said}`);
    },
  };
}

/** How a `--json` subcommand says that it failed (src-engine/cli.ts). */
interface EngineFailure {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint?: string };
}

/** What a `--json` subcommand refuses, in its words; `undefined` for any other answer. */
export function refusalOf(answer: unknown): AppError | undefined {
  return isFailure(answer) ? new AppError(answer.error.code, answer.error.message, answer.error.hint) : undefined;
}

function isFailure(answer: unknown): answer is EngineFailure {
  return typeof answer === 'object' && answer !== null && 'error' in answer && 'failed' in answer;
}
