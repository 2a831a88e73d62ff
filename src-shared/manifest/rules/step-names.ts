import type { Problem } from '../problems';
import type { Rule } from './rule';

/** A snapshot's whole name must have fewer than ZFS's 256 characters. */
const MAX_NAME_CHARACTERS = 200;

/** The codes of this rule's problems. */
export const STEP_NAME_CODES = {
  missing: 'checkpoint-name-missing',
  twice: 'checkpoint-name-twice',
  characters: 'checkpoint-name-characters',
  length: 'checkpoint-name-length',
} as const;

/** Whether a problem is about a checkpoint name. */
export function isStepNameProblem({ code }: Problem): boolean {
  return Object.values(STEP_NAME_CODES).some((one) => one === code);
}

/**
 * Checkpoint names that would collide or cannot name a snapshot and a file (contract 9: 11, 28). `-l` lists such manifests all the
 * same; a build with checkpoints refuses them.
 */
export const stepNamesRule: Rule = {
  check({ manifest: { steps, checkpointEnable } }) {
    if (!checkpointEnable) return [];
    const seen = new Set<string>();
    return steps.flatMap(({ name, index, script, range }) => {
      const problem = nameProblem(name, script, index, seen);
      seen.add(name);
      return problem
        ? {
            severity: 'error',
            phase: 'structure',
            ...problem,
            path: 'finalizer/script/checkpoint/name',
            range,
            step: index,
          }
        : [];
    });
  },
};

function nameProblem(
  name: string,
  script: string | undefined,
  index: number,
  seen: ReadonlySet<string>,
): { code: string; message: string } | undefined {
  if (name === '')
    return {
      code: STEP_NAME_CODES.missing,
      message: `Step ${index + 1}${script === undefined || script === '' ? '' : ` (${script})`} has no checkpoint name.`,
    };
  if (seen.has(name))
    return {
      code: STEP_NAME_CODES.twice,
      message: `Two steps have the checkpoint name \`${name}\`: their checkpoints would be one. Rename one of them.`,
    };
  if (!/^[A-Za-z0-9_.:-]+$/.test(name) || /^\.+$/.test(name))
    return {
      code: STEP_NAME_CODES.characters,
      message: `The checkpoint name \`${name}\` cannot name a snapshot: use letters, digits, and _ . : - only.`,
    };
  if (name.length > MAX_NAME_CHARACTERS)
    return {
      code: STEP_NAME_CODES.length,
      message: `The checkpoint name \`${name.slice(0, 20)}...\` has ${name.length} characters; a snapshot's name has room for ${MAX_NAME_CHARACTERS}.`,
    };
  return undefined;
}
