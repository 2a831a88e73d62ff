import type * as z from 'zod';

/** Runs a subcommand with `--json` and parses its answer. */
export type Ask = <T extends z.ZodType>(
  schema: T,
  subcommand: string,
  manifest: string,
  how?: Arguments,
) => Promise<z.output<T>>;

/** Arguments before and after the manifest, and the command's stdin. */
export interface Arguments {
  readonly options?: readonly string[];
  /** Arguments after the manifest. */
  readonly operands?: readonly string[];
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
}
