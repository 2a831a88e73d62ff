import type { CancelAnswer, PauseAnswer } from '../../src-shared/engine-answers/running';
import { resolveStep, withoutCheckpoints } from '../../src-shared/checkpoints/rules';
import { AppError } from '../../src-shared/errors';
import { earliestPause } from '../../src-shared/runs/pause';
import { askToPause, askToStop, runningBuild, untilReleased } from '../area/running-build';
import { newestRun } from '../area/runs';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { openContext, type AreaContext } from './context';
import { printAnswer, printLines } from './print';

const CANCEL_OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const cancelCommand = defineCommand({
  name: 'cancel',
  summary: 'stops the running build and its processes',
  usage: ['[--json] MANIFEST'],
  description: ['Stops the build that holds the area and all its processes, and waits until they have ended.'],
  options: CANCEL_OPTIONS,
  operands: { min: 1, max: 1 },
  run: runCancel,
});

async function runCancel({ values, positionals }: Parsed<typeof CANCEL_OPTIONS>): Promise<number> {
  const operand = positionals[0] ?? '';
  const context = await openContext(operand, { acceptsCovered: true });
  const owner = await runningBuild(context.area);
  const step = runningStep(context);
  askToStop(context.area, owner);
  await untilReleased(context.area, owner);
  const { file, latest } = await openContext(operand, { acceptsCovered: true });
  const resumeFrom = latest === undefined ? null : (file.manifest.steps[latest]?.name ?? null);
  if (values.json) printAnswer<CancelAnswer>({ step, resumeFrom });
  else
    printLines([
      `Stopped process ${owner.pid}${step === null ? '' : ` in ${step}`}.`,
      resumeFrom === null ? 'There is no checkpoint yet.' : `The last checkpoint is intact: resume from ${resumeFrom}.`,
    ]);
  return 0;
}

const PAUSE_OPTIONS = {
  json: JSON_OPTION,
  none: { type: 'boolean', description: 'let the build run to its end' },
} as const satisfies OptionTable;

export const pauseCommand = defineCommand({
  name: 'pause',
  summary: 'moves the pause of the running build',
  usage: ['[--none] [--json] MANIFEST [STEP]'],
  description: ['Makes the running build stop before STEP, which has not started yet.'],
  options: PAUSE_OPTIONS,
  operands: { min: 1, max: 2 },
  run: runPause,
});

async function runPause({ values, positionals }: Parsed<typeof PAUSE_OPTIONS>): Promise<number> {
  const [operand = '', designator] = positionals;
  if ((designator === undefined) !== (values.none ?? false))
    throw new AppError('usage', 'Name a STEP, or give --none.');
  const context = await openContext(operand, { acceptsCovered: true });
  const owner = await runningBuild(context.area);
  const run = newestRun(context.area);
  // The steps as the build planned them, because the manifest may have been edited since.
  const steps = run?.planned ?? [];
  const found = designator === undefined ? undefined : resolveStep(steps, designator);
  if (found && !found.ok) throw new AppError('refused', found.lines.join('\n'));
  const earliest = run ? earliestPause(run) : 0;
  if (found && found.index < earliest)
    throw new AppError(
      'refused',
      `The build has already begun ${steps[found.index]?.name}.`,
      earliest < steps.length
        ? `It can pause before ${steps[earliest]?.name} or a later step.`
        : 'It is in its last step.',
    );
  if (!context.file.manifest.checkpointEnable) throw new AppError('refused', withoutCheckpoints('p').lines.join('\n'));
  const step = found ? (steps[found.index]?.name ?? null) : null;
  askToPause(context.area, owner, step);
  if (values.json) printAnswer<PauseAnswer>({ step });
  else printLines([step === null ? 'The build runs to its end.' : `The build pauses before ${step}.`]);
  return 0;
}

function runningStep({ area }: AreaContext): string | null {
  const last = newestRun(area)?.steps.at(-1);
  return last?.outcome === 'running' ? last.step : null;
}
