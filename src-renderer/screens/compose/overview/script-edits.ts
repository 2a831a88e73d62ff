/** A script of the document that was edited since the last build. */
export interface ScriptEdit {
  readonly path: string;
  /** Index of the first step that runs it; missing for a file that steps may read. */
  readonly firstStep?: number;
}

/** A reason of the engine about a script, as `src-shared/checkpoints/step-differences.ts` makes it. */
const EDITED = /^`[^`]*`: its script (.+) was edited$/;
/** A reason about a value of the manifest, which the comparison of manifests has as well. */
const READ = /^`[^`]*` read `/;
/** Reasons about the order of steps, which it has as well. */
const ORDER =
  /(did not run before this checkpoint|is no longer a step|comes after it now|^the order of steps has changed)/;

/**
 * Returns the scripts that differ from what the last build ran: those of the engine's reasons, and those with unsaved edits.
 *
 * @param scripts of the steps, in their order
 */
export function scriptEdits(
  reasons: readonly string[],
  drafts: readonly string[],
  scripts: readonly (string | undefined)[],
): ScriptEdit[] {
  const paths = new Set([...reasons.flatMap((reason) => EDITED.exec(reason)?.[1] ?? []), ...drafts]);
  return [...paths].map((path) => {
    const first = scripts.indexOf(path);
    return first < 0 ? { path } : { path, firstStep: first };
  });
}

/** Returns the reasons that are neither about an edited script nor about what a comparison of manifests has. */
export function otherReasons(reasons: readonly string[], hasManifest: boolean): string[] {
  return reasons.filter(
    (reason) => !EDITED.test(reason) && !(hasManifest && (READ.test(reason) || ORDER.test(reason))),
  );
}
