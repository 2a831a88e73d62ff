import { basename } from 'node:path';
import { checkpointName } from '../../../src-shared/checkpoints/model';
import { planBuild } from '../../../src-shared/checkpoints/plan';
import { canCombine, resolveStep, withoutCheckpoints } from '../../../src-shared/checkpoints/rules';
import { firstStale, suggestedStart } from '../../../src-shared/checkpoints/suggest';
import { AppError } from '../../../src-shared/errors';
import type { PlanAnswer } from '../../../src-shared/engine-answers/plan';
import type { RunView } from '../../../src-shared/runs/run-view';
import type { FreshnessOf } from './freshness';
import type { Inspection } from './inspect';
import { canResume, expectedSeconds, hasCheckpoints } from './status';

/** The engine's `plan` answer. Throws `refused` with the original's message. */
export function planOf(
  inspection: Inspection,
  known: readonly RunView[],
  wanted: { resume: string | undefined; pause: string | undefined },
  freshness: FreshnessOf,
): PlanAnswer {
  const { manifest, area, snapshots } = inspection;
  const { steps } = manifest;
  assertReadable(inspection.manifestPath);
  const [resume, pause] = [resumeOf(inspection, wanted.resume), indexOf(inspection, wanted.pause)];
  const checkpointing = hasCheckpoints(inspection);
  if (!checkpointing && (resume !== undefined || pause !== undefined))
    throw refusal(withoutCheckpoints(resume === undefined ? 'p' : 'r').lines);
  const names = snapshots.map(({ name }) => name);
  const allowed = resume === undefined ? undefined : canResume(inspection, resume);
  if (allowed && !allowed.ok) throw refusal(allowed.lines);
  const combined = canCombine({ resume, pause });
  if (!combined.ok) throw refusal(combined.lines);
  const { kept, runs, discarded } = planBuild(steps, { resume, pause }, checkpointing, names);
  const nameOf = (index: number): string => steps[index]?.name ?? '';
  const expected = runs.map((index) => ({
    step: nameOf(index),
    expectedSeconds: expectedSeconds(known, nameOf(index)),
  }));
  const candidates = steps.map(({ name }, index) => ({
    step: name,
    resumable: checkpointing && canResume(inspection, index).ok,
    freshness: names.includes(checkpointName(name)) ? freshness(index) : null,
  }));
  const stale = firstStale(candidates);
  const isTotalKnown = expected.every((one) => one.expectedSeconds !== null);
  return {
    resume: resume === undefined ? null : nameOf(resume),
    pause: wanted.pause ?? null,
    kept: kept.map(nameOf),
    runs: expected,
    discarded: [...discarded],
    expectedSeconds: isTotalKnown ? expected.reduce((sum, one) => sum + (one.expectedSeconds ?? 0), 0) : null,
    freshness: resume === undefined ? null : freshness(resume),
    stale: stale && { ...stale, reasons: [...stale.reasons] },
    suggested: suggestedStart(candidates),
    spaceNeeded: null,
    freeBytes: area.freeBytes,
    backend: area.dataset === null ? 'none' : 'zfs',
  };
}

/**
 * The step that the original resumes at. `resume_from` of the manifest counts when the caller names none; step 0 means the beginning
 * then (contract 2.8).
 */
function resumeOf(inspection: Inspection, wanted: string | undefined): number | undefined {
  if (wanted !== undefined) return indexOf(inspection, wanted);
  const index = indexOf(inspection, inspection.manifest.resumeFrom);
  // Without checkpoints any value is refused.
  return index === 0 && hasCheckpoints(inspection) ? undefined : index;
}

/** The original parses only a file whose name ends with `.xml` (contract 1.1). Throws `refused` for another one. */
export function assertReadable(manifest: string): void {
  if (manifest.endsWith('.xml')) return;
  throw new AppError(
    'refused',
    `The original distro_const reads only manifests whose names end with .xml, not ${basename(manifest)}.`,
    'Save the manifest under a name that ends with .xml.',
  );
}

function indexOf({ manifest }: Inspection, step: string | undefined): number | undefined {
  if (step === undefined) return undefined;
  const found = resolveStep(manifest.steps, step);
  if (!found.ok) throw refusal(found.lines);
  return found.index;
}

const refusal = (lines: readonly string[]): AppError => new AppError('refused', lines.join('\n'));
