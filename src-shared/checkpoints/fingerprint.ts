import type { StepExecution } from './execution';

/** Replaces the hash of an input that has no content to hash. */
export const NO_CONTENT = {
  /** The file does not exist, or the server does not have it. */
  missing: 'missing',
  /** The file could not be read. Its content is unknown. */
  unreadable: 'unreadable',
  /** The server did not answer in time. Its content is unknown. */
  unreachable: 'unreachable',
  /** The environment variable is not set. */
  unset: 'unset',
} as const;

/** Replaces the hash of a URL whose server sends only a date and a length: equal content may have different dates. */
export function dateState(date: string, length = ''): string {
  return `date ${date} ${length}`;
}

/** Whether two states have different dates and the same length. */
export function isOtherDate(state: string, other: string): boolean {
  const [was, now] = [state, other].map((one) => /^date (\S+) (\d*)$/.exec(one));
  return was !== null && now !== null && was?.[1] !== now?.[1] && was?.[2] === now?.[2];
}

const UNKNOWN_CONTENT: readonly string[] = [NO_CONTENT.unreadable, NO_CONTENT.unreachable];

/**
 * The canonical text of everything that determines the result of an execution. Its hash is the step's fingerprint:
 * equal fingerprints on equal trees give interchangeable trees. `undefined` when something about it is unknown: the
 * step failed, or the content of an input is not known.
 */
function fingerprintText(execution: StepExecution): string | undefined {
  const { scriptHash, args, area, outcome, inputs, reads } = execution;
  if (outcome === 'failed' || area === undefined) return undefined;
  if (inputs.some(({ raced, unknown, hash }) => raced || unknown !== undefined || UNKNOWN_CONTENT.includes(hash)))
    return undefined;
  return JSON.stringify([
    scriptHash,
    args,
    area,
    reads.map(({ isKey, request, hash }) => JSON.stringify([isKey, request, hash])).sort(),
    inputs.map(({ kind, value, hash }) => JSON.stringify([kind, value, hash])).sort(),
  ]);
}

/**
 * The key of the checkpoint after the given steps: a hash of the key before it and the fingerprint of the step between, starting
 * from a constant for the empty tree. Two checkpoints with the same key have interchangeable trees (architecture section 5).
 *
 * @param history the executions before the checkpoint; `null` when they are not all known
 * @returns `null` when the history or a fingerprint is unknown: such a checkpoint equals no other
 */
export function checkpointKey(history: readonly StepExecution[] | null, hash: (text: string) => string): string | null {
  if (!history) return null;
  let key = hash('the empty tree');
  for (const execution of history) {
    const text = fingerprintText(execution);
    if (text === undefined) return null;
    key = hash(`${key}\n${hash(text)}`);
  }
  return key;
}

/** Formats values for a sentence: quoted, shortened, `nothing` for an empty list. */
export function quotedList(values: readonly string[]): string {
  if (values.length === 0) return 'nothing';
  const shown = values.slice(0, 3).map((value) => `\`${value.length > 60 ? `${value.slice(0, 57)}...` : value}\``);
  return shown.join(' ') + (values.length > 3 ? ` and ${values.length - 3} more` : '');
}
