import { AppError } from '../../src-shared/errors';
import type { BootEvent } from '../../src-shared/rpc/media';
import type { BuildHost } from '../hosts/build-host';
import { refusalOf } from '../hosts/engine-host';
import type { RunningCommand } from '../transport/transport';
import { readBootEvent } from './engine-answers';
import { lines } from './lines';
import { anySignal } from '../transport/signals';

/**
 * Boots an image on the host and gives what the engine tells of it, the verdict last. The virtual machine ends with the signal, and
 * when nobody listens any more.
 *
 * Rejects with the engine's refusal, also before the first event.
 */
export async function* bootTest(
  host: BuildHost,
  { path: manifest, name, firmware }: { readonly path: string; readonly name: string; readonly firmware: string },
  signal?: AbortSignal,
): AsyncGenerator<BootEvent> {
  const closing = new AbortController();
  const until = anySignal(closing.signal, signal);
  // The two dashes: a file's name may begin with one.
  const options = ['--json', '--firmware', firmware, '--'];
  const call = await host.command({ subcommand: 'boot-test', manifest, options, operands: [name] });
  try {
    yield* told(await host.transport.stream(call.argv, { ...call.options, signal: until }));
  } finally {
    closing.abort();
  }
}

async function* told(command: RunningCommand): AsyncGenerator<BootEvent> {
  let refusal = '';
  let hasVerdict = false;
  for await (const line of lines(command.output)) {
    // An event is a line; a refusal is one document of several.
    if (refusal !== '' || !line.startsWith('{"')) {
      refusal += `${line}\n`;
      continue;
    }
    const event = readBootEvent(JSON.parse(line));
    hasVerdict ||= event.kind === 'verdict';
    yield event;
  }
  const { code, stderr } = await command.ended;
  if (hasVerdict) return;
  const said = stderr.trim() || 'and said nothing';
  const failure = new AppError('unsupported', `The boot test ended with ${code ?? 'a signal'}: ${said}`);
  throw (refusal === '' ? undefined : refusalOf(JSON.parse(refusal))) ?? failure;
}
