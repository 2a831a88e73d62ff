import { visible } from '../../src-shared/visible';

/** Prints the one JSON document of a `--json` call. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** An answer as the engine has it: read-only. */
export type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/**
 * As `printJson`, for an answer that programs parse with a schema of `src-shared/engine-answers`:
 * `printAnswer<PlanAnswer>(...)`.
 */
export function printAnswer<T>(answer: DeepReadonly<NoInfer<T>>): void {
  printJson(answer);
}

/** Prints text lines. Control characters in names are escaped, because a terminal would execute them. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${visible(line)}\n`).join(''));
}
