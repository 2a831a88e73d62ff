import { basename, dirname } from 'node:path/posix';
import type * as z from 'zod';
import { checkpointsAnswer } from '../../../src-shared/engine-answers/checkpoints';
import { doctorAnswer, rightsAnswer } from '../../../src-shared/engine-answers/doctor';
import { diffAnswer, filesInCheckpointAnswer } from '../../../src-shared/engine-answers/files';
import { disksAnswer, writeEvent, type WriteEvent } from '../../../src-shared/engine-answers/disks';
import { bootEvent, checksumAnswer, mediaAnswer, type BootEvent } from '../../../src-shared/engine-answers/media';
import {
  catalogueAnswer,
  filesAnswer,
  installedAnswer,
  packageDetails,
  resolveAnswer,
} from '../../../src-shared/engine-answers/packages';
import { switchAnswer } from '../../../src-shared/engine-answers/lines';
import { planAnswer } from '../../../src-shared/engine-answers/plan';
import { pruneAnswer } from '../../../src-shared/engine-answers/prune';
import { cancelAnswer, pauseAnswer } from '../../../src-shared/engine-answers/running';
import { statusAnswer } from '../../../src-shared/engine-answers/status';
import { validateAnswer } from '../../../src-shared/engine-answers/validate';
import { AppError } from '../../../src-shared/errors';
import { exitText } from '../../../src-shared/exit-text';
import type { BuildChoice } from '../../../src-shared/rpc/builds';
import type { Argv, Transport } from '../../transport/transport';
import type { Arguments } from './ask';
import type { BuildHost, HostCommand } from '../build-host';
import { commandEvents, type EventKind } from './command-events';
import { createEngineLines } from './engine-lines';
import { parseDocument, readAnswer, refusalOf } from './read-answer';
import { startBuild } from './start-build';

/** Answers about one area or checkpoint, and those that list packages or files, in bytes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const MAX_LARGE_ANSWER_BYTES = 256 * 1024 * 1024;
const LARGE_ANSWERS: ReadonlySet<string> = new Set(['catalogue', 'diff', 'installed', 'ls', 'resolve']);

/** The command that runs the engine on a host: an argv prefix and the environment. */
export interface EngineCommand {
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string>>;
}

/** What an engine host needs. */
export interface EngineHostParts {
  readonly transport: Transport;
  /** Called before each command, because the engine may have to be copied to the host. */
  engine(): Promise<EngineCommand>;
  /** Returns the host's path of a manifest of this computer, in its present state on disk. */
  place(manifest: string): Promise<string>;
  whenReachable(): Promise<void>;
}

/** A host where Slipway's engine builds. The only place that knows the engine's argv. */
export function createEngineHost({ transport, engine, place, whenReachable }: EngineHostParts): BuildHost {
  async function command(
    subcommand: string,
    manifest: string,
    { options = [], operands = [] }: Arguments = {},
  ): Promise<HostCommand> {
    const { argv, env } = await engine();
    const path = await place(manifest);
    return {
      argv: [...argv, subcommand, ...options, basename(path), ...operands],
      options: { folder: dirname(path), env },
    };
  }

  /** Runs a subcommand with `--json` and parses its answer. */
  async function ask<T extends z.ZodType>(
    schema: T,
    subcommand: string,
    manifest: string,
    { options = [], input, signal, ...rest }: Arguments = {},
  ): Promise<z.output<T>> {
    const { argv, options: how } = await command(subcommand, manifest, { options: ['--json', ...options], ...rest });
    const { code, stdout, stderr } = await transport.run(argv, {
      ...how,
      signal,
      ...(input !== undefined && { input }),
      maxBytes: LARGE_ANSWERS.has(subcommand) ? MAX_LARGE_ANSWER_BYTES : MAX_ANSWER_BYTES,
    });
    const text = stdout.toString('utf8');
    const answer = parseDocument(text);
    const refusal = refusalOf(answer);
    if (refusal) throw refusal;
    if (answer !== undefined) return readAnswer(schema, answer);
    const reason = stderr.trim() || text.slice(0, 200).trim() || 'no message';
    throw new AppError('unsupported', `distro_const ${subcommand} ${exitText(code)}: ${reason}`);
  }

  return {
    transport,
    journals: transport,
    whenReachable,
    status: (manifest, since, signal) =>
      ask(statusAnswer, 'status', manifest, { options: since === undefined ? [] : ['--since', since], signal }),
    editedStatus: (manifest, input, signal) =>
      ask(statusAnswer, 'status', manifest, { options: ['--stdin'], input, signal }),
    checkpoints: (manifest, signal) => ask(checkpointsAnswer, 'checkpoints', manifest, { signal }),
    plan: (manifest, choice, signal, input) => {
      const { options, ...text } = textOf(input);
      return ask(planAnswer, 'plan', manifest, { options: [...choiceOptions(choice), ...options], ...text, signal });
    },
    prune: (manifest, { stale, from, remove }) =>
      ask(pruneAnswer, 'prune', manifest, {
        options: [
          ...(stale ? ['--stale'] : []),
          ...(from === undefined ? [] : ['--from', from]),
          ...(remove ? ['--yes'] : []),
        ],
      }),
    pause: (manifest, step) =>
      ask(pauseAnswer, 'pause', manifest, step === null ? { options: ['--none'] } : { operands: [step] }),
    cancel: (manifest) => ask(cancelAnswer, 'cancel', manifest),
    diff: (manifest, from, to, signal) =>
      ask(diffAnswer, 'diff', manifest, { operands: [from, ...(to === undefined ? [] : [to])], signal }),
    listFiles: (manifest, step, path, signal) =>
      ask(filesInCheckpointAnswer, 'ls', manifest, { operands: [step, path], signal }),
    fileCommand: (manifest, step, path, maxBytes) =>
      command('cat', manifest, {
        options: maxBytes === undefined ? [] : ['--bytes', `${maxBytes}`],
        operands: [step, path],
      }),
    shellCommand: (manifest, step) => command('shell', manifest, { operands: [step] }),
    media: (manifest, signal, line) => ask(mediaAnswer, 'media', manifest, { options: lineOption(line), signal }),
    checksum: (manifest, name, signal, line) =>
      ask(checksumAnswer, 'media', manifest, { options: [...lineOption(line), `--checksum=${name}`], signal }),
    async *bootTest(manifest, name, firmware, signal, line) {
      // `--`, because a file name may begin with a dash.
      const options = ['--json', '--firmware', firmware, ...lineOption(line), '--'];
      yield* commandEvents(
        transport,
        await command('boot-test', manifest, { options, operands: [name] }),
        BOOT,
        signal,
      );
    },
    disks: (manifest, name, signal, line) =>
      ask(disksAnswer, 'disks', manifest, {
        options: [...lineOption(line), ...testDisks(), '--'],
        operands: [name],
        signal,
      }),
    async *writeDisk(manifest, name, { device, confirm, unmount }, signal, line) {
      const choice = [`--disk=${device}`, `--confirm=${confirm}`, ...(unmount ? ['--unmount'] : [])];
      const options = ['--json', ...choice, ...lineOption(line), ...testDisks(), '--'];
      yield* commandEvents(transport, await command('write', manifest, { options, operands: [name] }), WRITE, signal);
    },
    async supportBundle(manifest, signal) {
      const { argv, options } = await command('support', manifest, { options: ['--to', '-'] });
      return transport.stream(argv, { ...options, input: '', signal });
    },
    validate: (manifest, input, signal) =>
      ask(validateAnswer, 'validate', manifest, { options: ['--stdin'], input, signal }),
    doctor: (manifest, signal, input) => ask(doctorAnswer, 'doctor', manifest, { ...textOf(input), signal }),
    rights: (manifest, signal, input) => {
      const { options, ...text } = textOf(input);
      return ask(rightsAnswer, 'doctor', manifest, { options: ['--rights', ...options], ...text, signal });
    },
    packages: {
      catalogue: (manifest, input, refresh, signal) =>
        ask(catalogueAnswer, 'catalogue', manifest, {
          options: ['--stdin', ...(refresh ? ['--refresh'] : [])],
          input,
          signal,
        }),
      // `--`, because a package name may begin with a dash.
      show: (manifest, input, name, signal) =>
        ask(packageDetails, 'show', manifest, { options: ['--stdin', '--'], operands: [name], input, signal }),
      resolve: (manifest, input, signal) =>
        ask(resolveAnswer, 'resolve', manifest, { options: ['--stdin'], input, signal }),
      files: (manifest, name, signal) =>
        ask(filesAnswer, 'installed', manifest, { options: [`--files=${name}`], signal }),
      installed: (manifest, of, signal) =>
        ask(installedAnswer, 'installed', manifest, { operands: of === undefined ? [] : [of], signal }),
    },
    lines: createEngineLines(ask),
    start: async (manifest, logs, choice) => {
      if (choice.line !== undefined) await ask(switchAnswer, 'switch', manifest, { operands: [choice.line] });
      const options = [
        ...choiceOptions(choice),
        ...(choice.fork ? ['--fork'] : []),
        ...(choice.adopt ? ['--adopt'] : []),
      ];
      return startBuild(transport, await command('build', manifest, { options }), logs);
    },
  };
}

const BOOT: EventKind<BootEvent> = {
  schema: bootEvent,
  isLast: ({ kind }) => kind === 'verdict',
  name: 'The boot test',
};
const WRITE: EventKind<WriteEvent> = { schema: writeEvent, isLast: ({ kind }) => kind === 'done', name: 'Writing' };

/** A test lets loop devices stand in for sticks. */
const testDisks = (): string[] => (process.env['SLIPWAY_LOOP_DISKS'] === '1' ? ['--loop-devices'] : []);

/** How a command gets the text of a manifest that is being edited; the saved file when there is none. */
const textOf = (input: string | undefined): { options: string[]; input?: string } =>
  input === undefined ? { options: [] } : { options: ['--stdin'], input };

const lineOption = (line: string | undefined): string[] => (line === undefined ? [] : [`--line=${line}`]);

/** The options that `build` and `plan` share, for a choice. */
export const choiceOptions = ({ resume, pause }: BuildChoice): string[] => [
  ...(resume === undefined ? [] : ['-r', resume]),
  ...(pause === undefined ? [] : ['-p', pause]),
];
