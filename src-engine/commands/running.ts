import { setTimeout as delay } from 'node:timers/promises';
import { resolveStep, withoutCheckpoints } from '../../src-shared/checkpoints/rules';
import { AppError } from '../../src-shared/errors';
import { earliestPause } from '../../src-shared/runs/pause';
import { isAlive } from '../system/processes';
import { readLock, type LockOwner } from '../area/lock';
import { writePauseRequest } from '../area/pause-request';
import { listRuns } from '../area/runs';
import { openContext, parseWords, printJson, printLines, type AreaContext } from './context';

export const CANCEL_USAGE = 'distro_const cancel [--json] MANIFEST';
export const PAUSE_USAGE = 'distro_const pause [--none] [--json] MANIFEST [STEP]';

/** How often the end of a cancelled build is looked for, in milliseconds. */
const LOOK = 50;

/** `cancel`: stops the build that holds the area, with everything it started, and waits until it has ended. */
export async function cancelCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseWords(words, { json: { type: 'boolean' } }, { least: 1, most: 1 }, CANCEL_USAGE);
  const operand = positionals[0] ?? '';
  const context = await openContext(operand);
  const owner = runningOwner(context);
  const step = runningStep(context);
  process.kill(owner.pid, 'SIGTERM');
  while (isAlive(owner) === true) await delay(LOOK);
  const { file, latest } = await openContext(operand);
  const resumeFrom = latest === undefined ? null : (file.manifest.steps[latest]?.name ?? null);
  if (values.json) printJson({ step, resumeFrom });
  else
    printLines([
      `Stopped process ${owner.pid}${step === null ? '' : ` in ${step}`}.`,
      resumeFrom === null ? 'There is no checkpoint yet.' : `The last checkpoint is intact: resume from ${resumeFrom}.`,
    ]);
  return 0;
}

/** `pause`: makes the running build stop before a step that has not started yet; with `--none` it runs to its end. */
export async function pauseCommand(words: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean' }, none: { type: 'boolean' } } as const;
  const { values, positionals } = parseWords(words, options, { least: 1, most: 2 }, PAUSE_USAGE);
  const [operand = '', designator] = positionals;
  if ((designator === undefined) !== (values.none ?? false)) throw new AppError('usage', `Usage: ${PAUSE_USAGE}`);
  const context = await openContext(operand);
  const owner = runningOwner(context);
  const run = listRuns(context.area).at(-1);
  // The steps as the build has them: the manifest may have been edited since.
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
  writePauseRequest(context.area, { pid: owner.pid, step });
  if (values.json) printJson({ step });
  else printLines([step === null ? 'The build runs to its end.' : `The build pauses before ${step}.`]);
  return 0;
}

function runningOwner({ area }: AreaContext): LockOwner {
  const lock = readLock(area);
  if (lock.kind === 'held') return lock.owner;
  if (lock.kind === 'remote')
    throw new AppError('refused', `The build runs on ${lock.owner.host}.`, `Say it there: process ${lock.owner.pid}.`);
  throw new AppError('refused', 'No build is running in this build area.');
}

function runningStep({ area }: AreaContext): string | null {
  const last = listRuns(area).at(-1)?.steps.at(-1);
  return last?.outcome === 'running' ? last.step : null;
}
