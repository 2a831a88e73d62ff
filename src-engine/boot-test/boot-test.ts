import { ConsoleText } from '../../src-shared/boot-test/console-text';
import { consoleVerdict } from '../../src-shared/boot-test/verdict';
import type { BootEvent } from '../../src-shared/engine-answers/media';
import { exitText } from '../../src-shared/exit-text';
import { startMachine } from './machine';
import type { MachineRequest } from './machine-options';

/** The result of a boot test. */
export type BootVerdict = Extract<BootEvent, { kind: 'verdict' }>;
type Ended = Pick<BootVerdict, 'verdict' | 'reason'>;

/** The machine, and how long its console is observed. */
export interface BootTestRequest extends MachineRequest {
  readonly timeoutSeconds: number;
  /** Ends the test with the verdict `cancelled`. */
  readonly signal: AbortSignal;
}

/** The kept end of an unfinished line, in characters. Prompts are far shorter. */
const MAX_LINE_LENGTH = 8192;
/** A console writes single characters. They are collected for this long before they are emitted. */
const EMIT_INTERVAL_MS = 50;

/**
 * Boots an image until its console gives a verdict (`verdictOf`), the time is over, QEMU ends by itself, or the signal
 * is aborted. Resolves when the machine has ended. Throws `unsupported` where no machine can be started.
 *
 * @param emit receives all events; the verdict is the last one
 */
export async function bootTest(request: BootTestRequest, emit: (event: BootEvent) => void): Promise<BootVerdict> {
  const started = performance.now();
  const plain = new ConsoleText();
  /** The unfinished line. */
  let line = '';
  let pendingText = '';
  const emitConsole = (): void => {
    if (pendingText !== '') emit({ kind: 'console', text: pendingText });
    pendingText = '';
  };
  let end: (ended: Ended) => void = () => undefined;
  const untilEnd = new Promise<Ended>((resolve) => (end = resolve));

  const machine = startMachine(request, (text) => {
    pendingText += text;
    line += plain.push(text);
    const verdict = consoleVerdict(line);
    if (verdict) end(verdict);
    line = line.slice(line.lastIndexOf('\n') + 1).slice(0, MAX_LINE_LENGTH);
  });
  emit({ kind: 'started', argv: [...machine.argv] });
  const emitTimer = setInterval(emitConsole, EMIT_INTERVAL_MS);
  const cancel = (): void => end({ verdict: 'cancelled', reason: 'The test was cancelled.' });
  const timer = setTimeout(() => end(timedOut(request.timeoutSeconds)), request.timeoutSeconds * 1000);
  request.signal.addEventListener('abort', cancel);
  if (request.signal.aborted) cancel();
  machine.ended.then(
    ({ code, stderrTail }) => end({ verdict: 'exited', reason: exitReason(code, stderrTail) }),
    () => cancel(), // the failure itself is thrown below
  );
  try {
    const ended = await untilEnd;
    const seconds = Math.round(performance.now() - started) / 1000;
    emitConsole();
    const isRunning = ended.verdict !== 'cancelled' && ended.verdict !== 'exited';
    const screenshot = isRunning ? await machine.screenshot() : undefined;
    if (screenshot) emit({ kind: 'screenshot', data: screenshot.toString('base64') });
    machine.end();
    await machine.ended;
    emitConsole();
    const verdict: BootVerdict = { kind: 'verdict', ...ended, seconds };
    emit(verdict);
    return verdict;
  } finally {
    clearInterval(emitTimer);
    clearTimeout(timer);
    request.signal.removeEventListener('abort', cancel);
    machine.end();
  }
}

const timedOut = (seconds: number): Ended => ({
  verdict: 'timeout',
  reason: `No login prompt appeared on the serial console within ${seconds} seconds.`,
});

function exitReason(code: number | null, stderrTail: string): string {
  if (stderrTail !== '') return `The virtual machine has ended: ${stderrTail}`;
  return code === 0 ? 'The virtual machine has shut down or rebooted.' : `QEMU ${exitText(code)}.`;
}
