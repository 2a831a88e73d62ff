type Step = () => void | Promise<void>;

const steps: Step[] = [];

/**
 * Runs a step after the last test of the present file. Files of one worker share this folder's modules, so a hook that a
 * module registers when it is loaded would run only after the first of them.
 */
export function afterFile(step: Step): void {
  steps.push(step);
}

/** Runs the steps, the last one added first. */
export async function runAfterFile(): Promise<void> {
  for (let step = steps.pop(); step; step = steps.pop()) await step();
}
