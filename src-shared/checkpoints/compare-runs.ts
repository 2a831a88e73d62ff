import type { StepExecution } from './execution';
import { argumentDifferences, inputChange, scriptDifferences } from './step-differences';

/** How two executions of one step differ, as sentences. Values are hashes here, so that only names are shown. */
export function executionDifferences(before: StepExecution, after: StepExecution): readonly string[] {
  const step = `\`${after.step}\``;
  const differences = [...scriptDifferences(before, after), ...argumentDifferences(before, after.args)];
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
