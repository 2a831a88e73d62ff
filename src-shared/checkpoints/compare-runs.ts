import type { StepExecution } from './execution';
import { inputChange } from './step-differences';

/** How two executions of one step differ, as sentences. Values are hashes here, so that only names are shown. */
export function executionDifferences(before: StepExecution, after: StepExecution): readonly string[] {
  const step = `\`${after.step}\``;
  const differences: string[] = [];
  if (before.script !== after.script) differences.push(`${step} ran ${before.script}, now ${after.script}`);
  else if (before.scriptHash !== after.scriptHash) differences.push(`${step}: its script ${after.script} was edited`);
  if (JSON.stringify(before.args) !== JSON.stringify(after.args))
    differences.push(`${step}: its arguments were ${before.args.join(' ')}, now ${after.args.join(' ')}`);
  const values = new Map(before.reads.map((read) => [read.request, read.hash]));
  for (const { request, hash } of after.reads) {
    const was = values.get(request);
    if (was === undefined) differences.push(`${step} read \`${request}\`, which it did not read before`);
    else if (was !== hash) differences.push(`${step} read \`${request}\`: it has another value`);
  }
  const inputs = new Map(before.inputs.map((input) => [`${input.kind} ${input.value}`, input]));
  for (const input of after.inputs) {
    const was = inputs.get(`${input.kind} ${input.value}`);
    if (!was) differences.push(`${step} used ${input.value}, which it did not use before`);
    else if (was.hash !== input.hash) differences.push(inputChange(after.step, was, input.hash));
  }
  return differences;
}
