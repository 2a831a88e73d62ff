import type { Target } from '../../../../src-shared/rpc/common';
import type { BootEvent, Medium } from '../../../../src-shared/engine-answers/media';
import { failureOf, type CallFailure, type Main } from '../../../rpc';
import { ConsoleTail } from './console-tail';

/** Identifies the content of a file. A build that writes the file again changes this value. */
export const contentOf = ({ path, size, modified, inode }: Medium): string =>
  `${path} ${size} ${modified} ${inode ?? ''}`;

/** A document on a build host, and the parked line whose images are meant; without it those of the build data. */
export interface MediaTarget extends Target {
  readonly line?: string;
}

export type Firmware = 'bios' | 'uefi';
export type Verdict = Extract<BootEvent, { kind: 'verdict' }>;

/** A boot test that is shown: it runs, or has a verdict. */
export class BootRun {
  /** Text of the serial console. */
  console = $state('');
  /** A PNG, as base64. */
  screenshot = $state<string>();
  verdict = $state.raw<Verdict>();
  failure = $state.raw<CallFailure>();
  readonly startedAt = Date.now();
  readonly #leaving = new AbortController();
  readonly #tail = new ConsoleTail();

  constructor(
    readonly name: string,
    readonly firmware: Firmware,
    /** The content of the file when the test started: `contentOf`. */
    readonly content: string,
  ) {}

  get isRunning(): boolean {
    return this.verdict === undefined && this.failure === undefined;
  }

  /** Follows the test to its end. Never rejects. */
  async follow(media: Main['media'], target: MediaTarget): Promise<void> {
    const { name, firmware } = this;
    try {
      const { signal } = this.#leaving;
      for await (const event of await media.bootTest({ ...target, name, firmware }, { signal })) this.#onEvent(event);
      this.#ended({ code: 'CONNECTION', message: 'The boot test ended without a verdict.' });
    } catch (error) {
      this.#ended(failureOf(error));
    }
  }

  /** Ends the virtual machine. */
  stop(): void {
    if (!this.isRunning) return;
    const seconds = (Date.now() - this.startedAt) / 1000;
    this.verdict = { kind: 'verdict', verdict: 'cancelled', reason: 'Stopped by the user.', seconds };
    this.#leaving.abort();
  }

  #onEvent(event: BootEvent): void {
    if (!this.isRunning) return;
    if (event.kind === 'console') this.console = this.#tail.push(event.text);
    else if (event.kind === 'screenshot') this.screenshot = event.data;
    else if (event.kind === 'verdict') this.verdict = event;
  }

  #ended(failure: CallFailure): void {
    if (this.isRunning) this.failure = failure;
  }
}

/** The last boot test of each manifest on each host. A test goes on while another tab is open. */
class BootRuns {
  #runs = $state.raw<ReadonlyMap<string, BootRun>>(new Map());
  /** Tests with a verdict, by content and firmware. */
  #verdicts = $state.raw<ReadonlyMap<string, BootRun>>(new Map());

  of(target: MediaTarget): BootRun | undefined {
    return this.#runs.get(keyOf(target));
  }

  /** Shows a test and stops the one before; `undefined` shows none. */
  show(target: MediaTarget, run: BootRun | undefined): void {
    this.of(target)?.stop();
    const runs = new Map(this.#runs);
    if (run) runs.set(keyOf(target), run);
    else runs.delete(keyOf(target));
    this.#runs = runs;
  }

  /** Keeps the verdict of a test for the content that was tested. */
  keep(run: BootRun): void {
    this.#verdicts = new Map([...this.#verdicts, [`${run.firmware} ${run.content}`, run]]);
  }

  /** The tests of a file's present content that have a verdict, one for each firmware. */
  verdictsOf(medium: Medium): readonly BootRun[] {
    const content = contentOf(medium);
    return (['bios', 'uefi'] as const).flatMap((firmware) => this.#verdicts.get(`${firmware} ${content}`) ?? []);
  }
}

const keyOf = ({ path, host, line = '' }: MediaTarget): string => `${host} ${line} ${path}`;

export const bootRuns = new BootRuns();
