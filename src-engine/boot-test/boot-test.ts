import { ConsoleText } from '../../src-shared/boot-test/console-text';
import { verdictOf } from '../../src-shared/boot-test/verdict';
import type { BootEvent } from '../../src-shared/engine-answers/media';
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
const MOST_OF_LINE = 8192;
/** A console writes single characters. They are collected for this long before they are emitted. */
const TELL_EVERY = 50;

/**
 * Boots an image until its console gives a verdict (`verdictOf`), the time is over, QEMU ends by itself, or the signal
 * is aborted. Resolves when the machine has ended. Throws `unsupported` where no machine can be started.
 *
 * @param emit receives all events; the verdict is the last one
 */
export async function bootTest(request: BootTestRequest, tell: (event: BootEvent) => void): Promise<BootVerdict> {
  const started = performance.now();
  const plain = new ConsoleText();
  /** The unfinished line. */
  let line = '';
  let untold = '';
  const tellConsole = (): void => {
    if (untold !== '') tell({ kind: 'console', text: untold });
    untold = '';
  };
  let settle: (ended: Ended) => void = () => undefined;
  const settled = new Promise<Ended>((resolve) => (settle = resolve));

  const machine = startMachine(request, (text) => {
    untold += text;
    line += plain.push(text);
    const verdict = verdictOf(line);
    if (verdict) settle(verdict);
    line = line.slice(line.lastIndexOf('\n') + 1).slice(0, MOST_OF_LINE);
  });
  tell({ kind: 'started', argv: [...machine.argv] });
  const telling = setInterval(tellConsole, TELL_EVERY);
  const cancel = (): void => settle({ verdict: 'cancelled', reason: 'The test was cancelled.' });
  const timer = setTimeout(() => settle(tooLate(request.timeoutSeconds)), request.timeoutSeconds * 1000);
  request.signal.addEventListener('abort', cancel);
  if (request.signal.aborted) cancel();
  machine.ended.then(
    ({ code, complaint }) => settle({ verdict: 'exited', reason: exitReason(code, complaint) }),
    () => cancel(), // the failure itself is thrown below
  );
  try {
    const ended = await settled;
    const seconds = Math.round(performance.now() - started) / 1000;
    tellConsole();
    const isThere = ended.verdict !== 'cancelled' && ended.verdict !== 'exited';
    const picture = isThere ? await machine.screenshot() : undefined;
    if (picture) tell({ kind: 'screenshot', data: picture.toString('base64') });
    machine.end();
    await machine.ended;
    tellConsole();
    const verdict: BootVerdict = { kind: 'verdict', ...ended, seconds };
    tell(verdict);
    return verdict;
  } finally {
    clearInterval(telling);
    clearTimeout(timer);
    request.signal.removeEventListener('abort', cancel);
    machine.end();
  }
}

const tooLate = (seconds: number): Ended => ({
  verdict: 'timeout',
  reason: `No login prompt appeared on the serial console within ${seconds} seconds.`,
});

function exitReason(code: number | null, complaint: string): string {
  if (complaint !== '') return `The virtual machine has ended: ${complaint}`;
  return code === 0
    ? 'The virtual machine has switched itself off or rebooted.'
    : 'The virtual machine has ended by itself.';
}
