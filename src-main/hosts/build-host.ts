import type { BuildChoice } from '../../src-shared/rpc/builds';
import type { Argv, CommandOptions, Transport } from '../transport/transport';

/** A subcommand of the engine for a manifest. */
export interface EngineCall {
  /** Path of the manifest on this computer, where documents are; scripts are found from the folder it lies in. */
  readonly manifest: string;
  readonly subcommand: string;
  readonly options?: readonly string[];
  /** What follows the manifest. */
  readonly operands?: readonly string[];
  /** What the subcommand reads on standard input. */
  readonly input?: string;
}

/** A command for the host's transport. */
export interface HostCommand {
  readonly argv: Argv;
  readonly options: CommandOptions;
}

/** A build that was started. */
export interface StartedBuild {
  readonly run: string;
  /** Resolves when it ends while the host is in reach; rejects when it was lost before. */
  readonly ended: Promise<unknown>;
}

/** Journals of runs, `LOGS/RUN.jsonl`, as files that can be read while they grow. */
export type Journals = Pick<Transport, 'list' | 'readFile' | 'changes'>;

/** A machine where images are built: the way to it, and what builds there. */
export interface BuildHost {
  readonly transport: Transport;
  readonly journals: Journals;
  /** Waits while the host is out of reach. Rejects when it does not come back by itself. */
  reachable(): Promise<void>;
  /** The words and the surroundings of an engine command, for any call of the transport. `unsupported` where the host cannot do it. */
  command(call: EngineCall): Promise<HostCommand>;
  /** Runs a subcommand with `--json` and gives its document. A refusal is an `AppError` in the engine's words. */
  ask(call: EngineCall, signal?: AbortSignal): Promise<unknown>;
  /**
   * Starts a build that goes on without us. One that was refused before it had a journal is an `AppError` in the engine's words.
   *
   * @param logs the folder where its journal appears
   */
  start(manifest: string, logs: string, choice: BuildChoice): Promise<StartedBuild>;
}
