import type { StepExecution } from './execution';

/** What differs between two executions of one step, in words; values are hashes here, so only names are told. */
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
  const inputs = new Map(before.inputs.map((input) => [input.value, input.hash]));
  for (const { value, hash } of after.inputs)
    if (inputs.get(value) !== hash) differences.push(`${step} used ${value}: its content has changed`);
  return differences;
}
