import type { VariantEvent } from '../../src-shared/engine-answers/variants';
import { duration, plural } from '../../src-shared/format';
import { writeError, writeOutput } from '../system/standard-streams';

/** How the build of a variant ended. */
export interface VariantResult {
  readonly name: string;
  readonly outcome: 'done' | 'current' | 'failed' | 'refused' | 'cancelled' | 'paused';
  /** The exit status of its build. */
  readonly status: number;
  readonly line: string | null;
  readonly run: string | null;
  /** The steps that ran. */
  readonly steps: readonly string[];
  readonly seconds: number;
  readonly message: string | null;
}

const OUTCOMES: Readonly<Record<VariantResult['outcome'], string>> = {
  done: 'done',
  current: 'current, nothing was run',
  failed: 'failed',
  refused: 'not built',
  cancelled: 'cancelled',
  paused: 'paused',
};

/** Reports a build of variants: as text on standard error, or as one JSON object per line on standard output. */
export class VariantReport {
  readonly #names: readonly string[];
  readonly #isJson: boolean;
  readonly #results: VariantResult[] = [];

  constructor(names: readonly string[], isJson: boolean) {
    this.#names = names;
    this.#isJson = isJson;
  }

  get results(): readonly VariantResult[] {
    return this.#results;
  }

  started(variant: string): void {
    const [number, of] = [this.#results.length + 1, this.#names.length];
    if (this.#isJson) this.#emit({ kind: 'started', variant, number, of });
    writeError(`\nVariant ${variant} (${number} of ${of})\n`);
  }

  finished(result: VariantResult): void {
    this.#results.push(result);
    const { name: variant, outcome, line, run, steps, seconds, message } = result;
    if (this.#isJson)
      this.#emit({ kind: 'finished', variant, outcome, line, run, steps: [...steps], seconds, message });
  }

  /** Prints the results, and returns the exit status. */
  end(code: number): number {
    if (this.#isJson) this.#emit({ kind: 'end', code });
    const width = Math.max(...this.#names.map((name) => name.length));
    const left = this.#names.slice(this.#results.length).map((name) => `  ${name.padEnd(width)}  not begun`);
    const lines = [
      'Variants:',
      ...this.#results.map((result) => `  ${result.name.padEnd(width)}  ${textOf(result)}`),
      ...left,
    ];
    writeError(`\n${lines.join('\n')}\n`);
    return code;
  }

  #emit(event: VariantEvent): void {
    writeOutput(`${JSON.stringify(event)}\n`);
  }
}

function textOf({ outcome, line, steps, seconds, message }: VariantResult): string {
  return [
    OUTCOMES[outcome],
    ...(steps.length === 0 ? [] : [`${plural(steps.length, 'step')} in ${duration(seconds)}`]),
    ...(line === null ? [] : [`on ${line}`]),
    ...(message === null ? [] : [message.split('\n')[0] ?? '']),
  ].join('; ');
}
