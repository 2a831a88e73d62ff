import type { ManifestReadRecord, StepExecution, StepInput } from './execution';
import { isOtherDate, NO_CONTENT, quotedList } from './fingerprint';

/** The present state of a value: its hash, or the reason why it is not known. */
export type KnownHash = { readonly hash: string } | { readonly unknown: string };

/** The present values, as far as a past execution can be compared with them. */
export interface CurrentStep {
  readonly name: string;
  readonly script: string;
  readonly scriptNow: KnownHash;
  readonly args: readonly string[];
  readonly area: string;
  /** The present values of a request, and the values at that time where the old manifest is known. */
  answer(read: ManifestReadRecord): { readonly hash: string; readonly now: string; readonly then: string | undefined };
  input(input: StepInput): KnownHash;
}

/**
 * How a past execution compares with the present. Both lists are empty when the step would give the same result today.
 */
export interface StepDifferences {
  /** Why the result would be different today, as sentences. */
  readonly stale: readonly string[];
  /** The facts that are not known, as sentences. */
  readonly unknown: readonly string[];
}

/** Compares a past execution with the step as it would run now. */
export function stepDifferences(past: StepExecution, present: CurrentStep): StepDifferences {
  const stale: string[] = [];
  const unknown: string[] = [];
  const step = `\`${past.step}\``;
  if (past.outcome === 'failed') stale.push(`${step} failed, and the build went on`);
  const script = present.scriptNow;
  if ('unknown' in script) unknown.push(`${step}: its script ${present.script} ${script.unknown}`);
  else if (script.hash === NO_CONTENT.missing) stale.push(`${step}: its script ${present.script} is missing`);
  else stale.push(...scriptDifferences(past, { script: present.script, scriptHash: script.hash }));
  if (past.area !== present.area) stale.push(`${step}: the build area was at ${past.area}, is at ${present.area}`);
  stale.push(...argumentDifferences(past, present.args));
  for (const read of past.reads) {
    const { hash, now, then } = present.answer(read);
    if (hash === read.hash) continue;
    stale.push(readDifference(past.step, read.request, then === undefined ? undefined : { then, now }));
  }
  for (const input of past.inputs) {
    const difference = inputDifference(past.step, input, present.input(input));
    if (difference) (difference.isKnown ? stale : unknown).push(difference.sentence);
  }
  return { stale, unknown };
}

/** The sentence about a value that a step has read; `values` is `undefined` where the old ones are not known. */
function readDifference(
  step: string,
  request: string,
  values?: { readonly then: string; readonly now: string },
): string {
  const change = values ? `it was ${values.then}, is ${values.now}` : 'it has changed';
  return `\`${step}\` read \`${request}\`: ${change}`;
}

const READ_DIFFERENCE = /^`[^`]*` read `([^`]+)`: it was (.+), is (.+)$/s;
const SCRIPT_EDIT = /^`([^`]*)`: its script .* was edited$/s;

/** A sentence about a difference as a short name: `hostname: live → desk`, `im-mod edited`. Other sentences stay. */
export function nameOfDifference(sentence: string): string {
  const [, request, then, now] = READ_DIFFERENCE.exec(sentence) ?? [];
  if (request !== undefined) return `${nameOfRequest(request)}: ${plain(then)} → ${plain(now)}`;
  const [, step] = SCRIPT_EDIT.exec(sentence) ?? [];
  return step === undefined ? plain(sentence) : `${step} edited`;
}

const plain = (text = ''): string => text.replaceAll('`', '');

/** The last element of a nodepath that has a name of its own: that of the key for `pair[key=hostname]/value`. */
export function nameOfRequest(request: string): string {
  const [, key] = /\[key=([^\]]+)\]\/value$/.exec(request) ?? [];
  return key ?? request.slice(request.lastIndexOf('/') + 1);
}

/** The sentence about a script whose content has changed. Moving or renaming a script changes nothing. */
export function scriptDifferences(
  past: Pick<StepExecution, 'step' | 'script' | 'scriptHash'>,
  now: Pick<StepExecution, 'script' | 'scriptHash'>,
): string[] {
  if (past.scriptHash === now.scriptHash) return [];
  return past.script === now.script
    ? [`\`${past.step}\`: its script ${now.script} was edited`]
    : [`\`${past.step}\` ran ${past.script}, is now ${now.script}`];
}

/** The sentence about other arguments. */
export function argumentDifferences({ step, args }: StepExecution, now: readonly string[]): string[] {
  if (JSON.stringify(args) === JSON.stringify(now)) return [];
  return [`\`${step}\`: its arguments were ${quotedList(args)}, are ${quotedList(now)}`];
}

/** How an input differs from what a step used; `undefined` when it is the same. */
function inputDifference(
  step: string,
  input: StepInput,
  now: KnownHash,
): { readonly isKnown: boolean; readonly sentence: string } | undefined {
  if (input.unknown !== undefined) return { isKnown: false, sentence: `\`${step}\`: ${input.unknown}` };
  if (input.raced) return { isKnown: true, sentence: `${input.value} was edited while \`${step}\` ran` };
  if (input.hash === NO_CONTENT.unreadable)
    return { isKnown: false, sentence: `\`${step}\` used ${input.value}, which the engine could not read then` };
  if (input.hash === NO_CONTENT.unreachable)
    return { isKnown: false, sentence: `\`${step}\` used ${input.value}, which did not answer the engine then` };
  if ('unknown' in now) return { isKnown: false, sentence: `\`${step}\` used ${input.value}, which ${now.unknown}` };
  if (now.hash === input.hash) return undefined;
  return { isKnown: true, sentence: inputChange(step, input, now.hash) };
}

/** The sentence about an input whose hash differs. */
export function inputChange(step: string, { kind, value, hash }: StepInput, now: string): string {
  const subject = kind === 'env' ? `\`${step}\` uses the environment variable ${value}` : `\`${step}\` used ${value}`;
  if (now === NO_CONTENT.unset) return `${subject}, which is not set now`;
  if (hash === NO_CONTENT.unset) return `${subject}, which was not set`;
  if (now === NO_CONTENT.missing) return `${subject}, which is missing now`;
  if (hash === NO_CONTENT.missing) return `${subject}, which was missing then`;
  if (kind === 'url' && isOtherDate(hash, now)) return `${subject}: its date has changed`;
  return `${subject}: ${kind === 'env' ? 'it has another value' : 'its content has changed'}`;
}
