import type { DeclaredInput, ManifestReadRecord, StepExecution } from './execution';

/** The canonical text of an execution; its hash, taken by the caller, is the step's fingerprint (architecture section 4). */
export function fingerprintText(execution: StepExecution): string {
  const reads = execution.reads.map((read) => [read.isKey, read.request, read.hash]).sort(byText);
  const inputs = execution.inputs.map((input) => [input.kind, input.value, input.hash]).sort(byText);
  return JSON.stringify([execution.scriptHash, execution.args, reads, inputs]);
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** The present, as far as a past execution can be compared with it. */
export interface PresentStep {
  readonly name: string;
  readonly script: string;
  /** `undefined`: the script cannot be read now. */
  readonly scriptHash: string | undefined;
  readonly args: readonly string[];
  /** The values a request is answered with now, and were answered with then where the old manifest is known. */
  answer(read: ManifestReadRecord): { readonly hash: string; readonly now: string; readonly then: string | undefined };
  inputHash(input: DeclaredInput): string;
}

/** Why an execution would not come out the same today, in words; empty when it would. */
export function staleReasons(past: StepExecution, present: PresentStep): readonly string[] {
  const reasons: string[] = [];
  const step = `\`${past.step}\``;
  if (past.outcome === 'failed') reasons.push(`${step} failed, and the build went on`);
  if (present.scriptHash === undefined) reasons.push(`${step}: its script ${present.script} cannot be read`);
  else if (past.script !== present.script && past.scriptHash !== present.scriptHash)
    reasons.push(`${step} ran ${past.script}, is now ${present.script}`);
  else if (past.scriptHash !== present.scriptHash) reasons.push(`${step}: its script ${present.script} was edited`);
  if (JSON.stringify(past.args) !== JSON.stringify(present.args))
    reasons.push(`${step}: its arguments were ${words(past.args)}, are ${words(present.args)}`);
  for (const read of past.reads) {
    const { hash, now, then } = present.answer(read);
    if (hash === read.hash) continue;
    const was = then === undefined ? 'it has changed' : `it was ${then}, is ${now}`;
    reasons.push(`${step} read \`${read.request}\`: ${was}`);
  }
  for (const input of past.inputs)
    if (present.inputHash(input) !== input.hash) reasons.push(`${step} used ${input.value}: its content has changed`);
  return reasons;
}

/** Values as a sentence shows them: quoted, shortened, `nothing` for none. */
export function words(values: readonly string[]): string {
  if (values.length === 0) return 'nothing';
  const shown = values.slice(0, 3).map((value) => `\`${value.length > 60 ? `${value.slice(0, 57)}...` : value}\``);
  return shown.join(' ') + (values.length > 3 ? ` and ${values.length - 3} more` : '');
}
