import { basename } from 'node:path';
import type { CheckpointFreshness } from '../../../src-shared/checkpoints/staleness';
import type { RunView } from '../../../src-shared/runs/run-view';
import type { Inspection } from './inspect';
import type { RunNote } from './run-notes';

const NO_NOTE = 'the original distro_const does not record what steps use, and the build was not started by Slipway';

/** Returns the freshness of the checkpoint before a step, by its index. */
export type FreshnessOf = (index: number) => CheckpointFreshness;

/**
 * Compares checkpoints with the manifest and scripts of today, as far as that is possible: the manifest with the original's copies of it
 * (contract 2.6), scripts with those that the run was sent. Nothing else is recorded, so no checkpoint is `current`.
 *
 * @param runs oldest first
 * @param files SHA-256 of the document's files of today, by path
 */
export function freshnessBy(
  { manifest, manifestPath, stateFiles, notes }: Inspection,
  runs: readonly RunView[],
  files: ReadonlyMap<string, string>,
): FreshnessOf {
  const { steps } = manifest;
  const madeBy = makersOf(runs);
  return (index) => {
    const changed = steps.slice(0, index + 1).filter(({ name }) => stateFiles.get(name) === 'changed');
    if (changed[0]) {
      const names = changed.map(({ name }) => `\`${name}\``).join(', ');
      const reason = `The manifest file has changed since the checkpoint of ${names} was taken. Results may be indeterminate.`;
      return { kind: 'stale', step: changed[0].name, reasons: [reason] };
    }
    let isNoted = true;
    for (const { name, script } of steps.slice(0, index)) {
      const note = notes.get(madeBy.get(name) ?? '');
      if (!note) isNoted = false;
      else if (script !== undefined && isChanged(note, files, script))
        return { kind: 'stale', step: name, reasons: [`The script \`${script}\` has changed.`] };
    }
    if (!isNoted) return { kind: 'unknown', reason: NO_NOTE, isUnrecorded: true };
    const reason = `${basename(manifestPath)} and its scripts are unchanged; the original distro_const records no other inputs`;
    return { kind: 'unknown', reason };
  };
}

/** The newest run that ran each step. */
function makersOf(runs: readonly RunView[]): ReadonlyMap<string, string> {
  return new Map(runs.flatMap(({ run, steps }) => steps.map(({ step }) => [step, run] as const)));
}

/** Scripts with absolute paths belong to the host and are not sent. */
function isChanged({ files: sent }: RunNote, files: ReadonlyMap<string, string>, script: string): boolean {
  const path = script.replace(/^(\.\/+)+/, '');
  return !script.startsWith('/') && sent[path] !== files.get(path);
}
