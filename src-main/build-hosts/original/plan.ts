import { planBuild } from '../../../src-shared/checkpoints/plan';
import { canCombine, canResumeFrom, resolveStep, withoutCheckpoints } from '../../../src-shared/checkpoints/rules';
import { AppError } from '../../../src-shared/errors';
import type { PlanAnswer } from '../../../src-shared/engine-answers/plan';
import type { RunView } from '../../../src-shared/runs/run-view';
import type { Inspection } from './inspect';
import { expectedSeconds, hasCheckpoints, NO_RECORD } from './status';

/** The engine's `plan` answer. Throws `refused` with the original's message. */
export function planOf(
  inspection: Inspection,
  known: readonly RunView[],
  wanted: { resume: string | undefined; pause: string | undefined },
): PlanAnswer {
  const { manifest, area, snapshots, resumable } = inspection;
  const { steps } = manifest;
  const [resume, pause] = [indexOf(inspection, wanted.resume), indexOf(inspection, wanted.pause)];
  const checkpointing = hasCheckpoints(inspection);
  if (!checkpointing && (resume !== undefined || pause !== undefined))
    throw refusal(withoutCheckpoints(resume === undefined ? 'p' : 'r').lines);
  const names = snapshots.map(({ name }) => name);
  const allowed = resume === undefined ? undefined : canResumeFrom(steps, names, resume);
  if (allowed && !allowed.ok) throw refusal(allowed.lines);
  const combined = canCombine({ resume, pause });
  if (!combined.ok) throw refusal(combined.lines);
  const { kept, runs, discarded } = planBuild(steps, { resume, pause }, checkpointing, names);
  const nameOf = (index: number): string => steps[index]?.name ?? '';
  const expected = runs.map((index) => ({
    step: nameOf(index),
    expectedSeconds: expectedSeconds(known, nameOf(index)),
  }));
  const isTotalKnown = expected.every((one) => one.expectedSeconds !== null);
  return {
    resume: wanted.resume ?? null,
    pause: wanted.pause ?? null,
    kept: kept.map(nameOf),
    runs: expected,
    discarded: [...discarded],
    expectedSeconds: isTotalKnown ? expected.reduce((sum, one) => sum + (one.expectedSeconds ?? 0), 0) : null,
    freshness: resume === undefined ? null : { kind: 'unknown', reason: NO_RECORD },
    stale: null,
    suggested: steps.filter(({ name }) => resumable.has(name)).at(-1)?.name ?? null,
    spaceNeeded: null,
    freeBytes: area.freeBytes,
    backend: area.dataset === null ? 'none' : 'zfs',
  };
}

function indexOf({ manifest }: Inspection, step: string | undefined): number | undefined {
  if (step === undefined) return undefined;
  const found = resolveStep(manifest.steps, step);
  if (!found.ok) throw refusal(found.lines);
  return found.index;
}

const refusal = (lines: readonly string[]): AppError => new AppError('refused', lines.join('\n'));
