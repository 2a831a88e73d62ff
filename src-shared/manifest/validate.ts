import type { Manifest } from './model';
import type { Problem } from './problems';
import type { ManifestTree } from './tree';
import { validateSchema } from './validate-schema';
import { validateValues } from './validate-values';
import { findWarnings } from './warnings';

/** A snapshot's whole name must stay under ZFS's 256 characters. */
const MAX_NAME = 200;

/**
 * All problems of a defaulted manifest: its structure, and if that is right its values (contract 6.2). Never throws.
 *
 * @param options `isExecutable` says whether a script may be executed; without it scripts are not looked at
 */
export function validateManifest(
  defaulted: ManifestTree,
  options: { readonly isExecutable?: (path: string) => boolean },
): Problem[] {
  const structure = validateSchema(defaulted);
  if (structure.length > 0) return structure;
  return [...validateValues(defaulted, options.isExecutable), ...findWarnings(defaulted)];
}

/**
 * Checkpoint names that would collide or cannot name a snapshot and a file (contract 9: 11, 28). `-l` lists such manifests all the
 * same; a build refuses them.
 */
export function checkStepNames({ steps }: Manifest): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const { name, range } of steps) {
    const problem = nameProblem(name, seen);
    if (problem)
      problems.push({
        severity: 'error',
        phase: 'structure',
        ...problem,
        path: 'finalizer/script/checkpoint/name',
        ...(range && { range }),
      });
    seen.add(name);
  }
  return problems;
}

function nameProblem(name: string, seen: ReadonlySet<string>): { code: string; message: string } | undefined {
  if (name === '') return { code: 'checkpoint-name-missing', message: 'A step lacks its checkpoint name.' };
  if (seen.has(name))
    return {
      code: 'checkpoint-name-twice',
      message: `Two steps have the checkpoint name \`${name}\`: their checkpoints would be one. Rename one of them.`,
    };
  if (!/^[A-Za-z0-9_.:-]+$/.test(name) || /^\.+$/.test(name))
    return {
      code: 'checkpoint-name-characters',
      message: `The checkpoint name \`${name}\` cannot name a snapshot: use letters, digits, and _ . : - only.`,
    };
  if (name.length > MAX_NAME)
    return {
      code: 'checkpoint-name-length',
      message: `The checkpoint name \`${name.slice(0, 20)}...\` has ${name.length} characters; at most ${MAX_NAME} fit a snapshot's name.`,
    };
  return undefined;
}
