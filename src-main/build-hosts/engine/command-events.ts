import type * as z from 'zod';
import { AppError } from '../../../src-shared/errors';
import { exitText } from '../../../src-shared/exit-text';
import { lines } from '../../transport/lines';
import { anySignal } from '../../transport/signals';
import type { RunningCommand, Transport } from '../../transport/transport';
import type { HostCommand } from '../build-host';
import { parseDocument, readAnswer, refusalOf } from './read-answer';

/** In UTF-16 units: consoles and pictures of a boot are far smaller. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/** A command that prints an event a line. */
export interface EventKind<T> {
  readonly schema: z.ZodType<T>;
  /** Whether the event is the result. */
  readonly isLast: (event: T) => boolean;
  /** For messages: `The boot test`. */
  readonly name: string;
}

/**
 * Runs a command on a host and yields its events, the result last. The command ends with the signal, and when the caller stops
 * iterating.
 *
 * Rejects with the engine's refusal, also before the first event.
 */
export async function* commandEvents<T>(
  transport: Transport,
  { argv, options }: HostCommand,
  kind: EventKind<T>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const closing = new AbortController();
  const until = anySignal(closing.signal, signal);
  try {
    yield* eventsOf(await transport.stream(argv, { ...options, input: '', signal: until }), kind);
  } finally {
    closing.abort();
  }
}

async function* eventsOf<T>(command: RunningCommand, { schema, isLast, name }: EventKind<T>): AsyncGenerator<T> {
  let refusal = '';
  let hasResult = false;
  let size = 0;
  for await (const line of lines(command.output)) {
    size += line.length + 1;
    if (size > MAX_OUTPUT)
      throw new AppError('unsupported', `${name} printed more than 64 MiB.`, 'Check the build host.');
    // An event is one line. A refusal is one document of several lines.
    if (refusal !== '' || !line.startsWith('{"')) {
      refusal += `${line}\n`;
      continue;
    }
    const event = readAnswer(schema, parseDocument(line));
    hasResult ||= isLast(event);
    yield event;
  }
  const { code, stderr } = await command.ended;
  if (hasResult) return;
  const failure = `${name} ${exitText(code)}: ${stderr.trim() || 'no message'}`;
  throw refusalOf(parseDocument(refusal)) ?? new AppError('unsupported', failure);
}
