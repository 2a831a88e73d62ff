import { bootEvent, type BootEvent } from '../../../src-shared/engine-answers/media';
import { AppError } from '../../../src-shared/errors';
import { exitText } from '../../../src-shared/exit-text';
import { lines } from '../../transport/lines';
import { anySignal } from '../../transport/signals';
import type { RunningCommand, Transport } from '../../transport/transport';
import type { HostCommand } from '../build-host';
import { parseDocument, readAnswer, refusalOf } from './read-answer';

/** In UTF-16 units: consoles and pictures of a boot are far smaller. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs `boot-test --json` on a host and yields its events, the verdict last. The virtual machine ends with the signal, and when the
 * caller stops iterating.
 *
 * Rejects with the engine's refusal, also before the first event.
 */
export async function* bootEvents(
  transport: Transport,
  { argv, options }: HostCommand,
  signal?: AbortSignal,
): AsyncGenerator<BootEvent> {
  const closing = new AbortController();
  const until = anySignal(closing.signal, signal);
  try {
    yield* eventsOf(await transport.stream(argv, { ...options, input: '', signal: until }));
  } finally {
    closing.abort();
  }
}

async function* eventsOf(command: RunningCommand): AsyncGenerator<BootEvent> {
  let refusal = '';
  let hasVerdict = false;
  let size = 0;
  for await (const line of lines(command.output)) {
    size += line.length + 1;
    if (size > MAX_OUTPUT)
      throw new AppError('unsupported', 'The boot test printed more than 64 MiB.', 'Check the build host.');
    // An event is one line. A refusal is one document of several lines.
    if (refusal !== '' || !line.startsWith('{"')) {
      refusal += `${line}\n`;
      continue;
    }
    const event = readAnswer(bootEvent, parseDocument(line));
    hasVerdict ||= event.kind === 'verdict';
    yield event;
  }
  const { code, stderr } = await command.ended;
  if (hasVerdict) return;
  const failure = `The boot test ${exitText(code)}: ${stderr.trim() || 'no message'}`;
  throw refusalOf(parseDocument(refusal)) ?? new AppError('unsupported', failure);
}
