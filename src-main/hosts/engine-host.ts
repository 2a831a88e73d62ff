import { basename, dirname } from 'node:path/posix';
import { AppError, type ErrorCode } from '../../src-shared/errors';
import type { Argv, Transport } from '../transport/transport';
import type { BuildHost } from './build-host';
import { startBuild } from './start-build';

/** What runs the engine on a host: the words before its own, and the environment it needs. */
export interface EngineCommand {
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string>>;
}

/** What an engine host is made of. */
export interface EngineHostParts {
  readonly transport: Transport;
  /** Asked before each call: it may have to be brought there. */
  engine(): Promise<EngineCommand>;
  /** Where a manifest of this computer is on the host, as it is now on the disk. */
  place(manifest: string): Promise<string>;
  reachable(): Promise<void>;
}

/** A host where our engine builds. */
export function createEngineHost({ transport, engine, place, reachable }: EngineHostParts): BuildHost {
  const command: BuildHost['command'] = async ({ manifest, subcommand, options = [], operands = [] }) => {
    const { argv, env } = await engine();
    const path = await place(manifest);
    return {
      argv: [...argv, subcommand, ...options, basename(path), ...operands],
      options: { folder: dirname(path), env },
    };
  };
  return {
    transport,
    journals: transport,
    reachable,
    command,
    async ask(call, signal) {
      const { argv, options } = await command({ ...call, options: ['--json', ...(call.options ?? [])] });
      const { code, stdout, stderr } = await transport.run(argv, {
        ...options,
        signal,
        ...(call.input !== undefined && { input: call.input }),
      });
      const text = stdout.toString('utf8');
      const answer: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined;
      const refusal = refusalOf(answer);
      if (refusal) throw refusal;
      if (answer !== undefined) return answer;
      const said = stderr.trim() || 'and said nothing';
      throw new AppError('unsupported', `distro_const ${call.subcommand} ended with ${code ?? 'a signal'}: ${said}`);
    },
    async start(manifest, logs, { resume, pause }) {
      const options = [...(resume === undefined ? [] : ['-r', resume]), ...(pause === undefined ? [] : ['-p', pause])];
      return startBuild(transport, await command({ subcommand: 'build', manifest, options }), logs);
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
