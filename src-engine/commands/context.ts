import { parseArgs, type ParseArgsConfig } from 'node:util';
import {
  canResumeFrom,
  latestResumable,
  resolveStep,
  withoutCheckpoints,
  type Answer,
} from '../../src-shared/checkpoints/rules';
import { AppError } from '../../src-shared/errors';
import { resolveArea, type BuildArea } from '../area/area';
import { readManifestFile, type ManifestFile } from '../area/manifest-file';
import type { Snapshot, SnapshotBackend } from '../snapshots/backend';
import { openBackend } from '../snapshots/select';

/** A manifest with its build area as it is now; nothing was created or changed to find out. */
export interface AreaContext {
  readonly file: ManifestFile;
  readonly area: BuildArea;
  readonly backend: SnapshotBackend;
  /** In the order in which they were taken. */
  readonly snapshots: readonly Snapshot[];
  /** The latest step that a build may resume from; none where the manifest switches checkpoints off. */
  readonly latest: number | undefined;
}

/** Loads what most subcommands look at. A manifest with problems is fine here: its area may still be looked at. */
export async function openContext(operand: string): Promise<AreaContext> {
  const file = await readManifestFile(operand);
  const area = await resolveArea(file.manifest.buildArea);
  const backend = await openBackend(area);
  const snapshots = area.exists ? await backend.list() : [];
  const names = snapshots.map(({ name }) => name);
  const latest = file.manifest.checkpointEnable ? latestResumable(file.manifest.steps, names) : undefined;
  return { file, area, backend, snapshots, latest };
}

/** Whether a build may resume from step `index`, by the rules that `build -r` has. */
export function resumeAnswer({ file, snapshots }: AreaContext, index: number): Answer {
  if (!file.manifest.checkpointEnable) return withoutCheckpoints('r');
  return canResumeFrom(
    file.manifest.steps,
    snapshots.map(({ name }) => name),
    index,
  );
}

/** The step that a word on the command line means, or a refusal that lists the names. */
export function stepNamed(context: AreaContext, designator: string): number {
  const found = resolveStep(context.file.manifest.steps, designator);
  if (!found.ok) throw new AppError('refused', found.lines.join('\n'));
  return found.index;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Parses a subcommand's words: long options anywhere, operands counted.
 *
 * @param usage one line, shown when the words do not fit
 */
export function parseWords<T extends Options>(
  words: readonly string[],
  options: T,
  operands: { readonly least: number; readonly most: number },
  usage: string,
): { values: ReturnType<typeof parse<T>>['values']; positionals: string[] } {
  let parsed: ReturnType<typeof parse<T>>;
  try {
    parsed = parse(words, options);
  } catch (error) {
    throw new AppError('usage', `${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`);
  }
  const count = parsed.positionals.length;
  if (count < operands.least || count > operands.most) throw new AppError('usage', `Usage: ${usage}`);
  return parsed;
}

function parse<T extends Options>(words: readonly string[], options: T) {
  return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
}

/** Prints the one JSON document of a `--json` call. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints lines for people. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Local date and time. */
export function dateTime(seconds: number): string {
  return new Date(seconds * 1000).toLocaleString('sv-SE');
}
