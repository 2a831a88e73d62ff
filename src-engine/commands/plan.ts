import type { PlanAnswer } from '../../src-shared/engine-answers/plan';
import { planBuild } from '../../src-shared/checkpoints/plan';
import { canCombine, latestResumable, nothingToResume, withoutCheckpoints } from '../../src-shared/checkpoints/rules';
import { firstStale, suggestedStart } from '../../src-shared/checkpoints/suggest';
import { AppError } from '../../src-shared/errors';
import { areaRefusal } from '../area/buildable';
import { CurrentState } from '../area/current-state';
import { problemLine, readManifestFile } from '../area/manifest-file';
import { startProblems } from '../area/start-problems';
import { duration } from '../../src-shared/format';
import { listRuns, stepHistory } from '../area/runs';
import { lockProblems } from '../packages/lock/lock-problems';
import { damagesOf } from '../snapshots/damaged';
import { defineCommand, JSON_OPTION, STDIN_OPTION, type OptionTable, type Parsed } from './command';
import { describeCheckpoints } from './checkpoints';
import { resumeAnswer, resumeRemedy, stepNamed, type AreaContext } from './context';
import { inspect, type Inspection } from './inspect';
import { readStdin } from './manifest-text';
import { printAnswer, printLines } from './print';
import { freeBytes } from './status';
import { lineName, readLines } from '../lines/line-file';
import { openVariant } from '../variants/variant-files';
import { searchLines, type LineChoice } from '../lines/line-search';

const OPTIONS = {
  last: { type: 'boolean', short: 'R', description: 'resume where the last build stopped' },
  resume: {
    type: 'string',
    short: 'r',
    value: 'STEP',
    description: 'roll back to before STEP, and run it and the rest',
  },
  pause: { type: 'string', short: 'p', value: 'STEP', description: 'stop before STEP' },
  variant: { type: 'string', value: 'NAME', description: 'for this variant of the manifest' },
  json: JSON_OPTION,
  stdin: STDIN_OPTION,
} as const satisfies OptionTable;

export const planCommand = defineCommand({
  name: 'plan',
  summary: 'what a build would keep, run and discard',
  usage: ['[-R | -r STEP] [-p STEP] [--variant NAME] [--stdin] [--json] MANIFEST'],
  description: [
    'Prints what `build` with the same options would keep, run again and discard, and what is stale and why. It also reports when a build would refuse the build area. Changes nothing.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  if (values.last && values.resume !== undefined)
    throw new AppError('usage', '-R and -r cannot be specified for the same build.');
  const text = await textOf(positionals[0] ?? '', values);
  const read = (inspection: Inspection) => describePlan(inspection.useAll(), values);
  const plan = await inspect(positionals[0] ?? '', read, undefined, { text });
  const { lineTitle, ...answer } = plan;
  if (values.json) {
    printAnswer<PlanAnswer>(answer);
    return 0;
  }
  const { resume, pause, kept, runs, discarded, stale, refusal } = plan;
  if (refusal) {
    printLines([`A build would be refused: ${refusal.message}`, ...(refusal.hint ? [refusal.hint] : [])]);
    return 0;
  }
  printLines([
    resume === null ? 'A full build: the build data is emptied first.' : `Roll back to before ${resume}.`,
    ...kept.map((step) => `  keep     ${step}`),
    ...runs.map(
      ({ step, expectedSeconds }) => `  run      ${step}  ${expectedSeconds === null ? '' : duration(expectedSeconds)}`,
    ),
    ...(pause === null ? [] : [`  pause at ${pause}`]),
    ...discarded.map((snapshot) => `  discard  ${snapshot}`),
    ...(stale
      ? [
          `Stale from ${stale.step} on:`,
          ...stale.reasons.map((reason) => `  ${reason}`),
          stale.resumeFrom === null
            ? 'Build from the beginning.'
            : `The right point to resume from is ${stale.resumeFrom}.`,
        ]
      : []),
    ...adviceLines(plan.advice, lineTitle),
  ]);
  return 0;
}

/** The text in place of the manifest's: what is being edited, and the variant that is asked for; `undefined`: none. */
async function textOf(
  operand: string,
  { stdin, variant }: Parsed<typeof OPTIONS>['values'],
): Promise<string | undefined> {
  const edited = stdin ? await readStdin() : undefined;
  if (variant === undefined) return edited;
  return openVariant(await readManifestFile(operand, edited), variant).source;
}

async function describePlan(context: AreaContext, values: Parsed<typeof OPTIONS>['values']) {
  const { file, area, backend, snapshots } = context;
  const refusal = await areaRefusal(area, file.path, backend);
  const steps = file.manifest.steps;
  const names = snapshots.map(({ name }) => name);
  const pause = values.pause === undefined ? undefined : stepNamed(context, values.pause);
  let resume = values.resume === undefined ? undefined : stepNamed(context, values.resume);
  if (values.last) {
    if (!file.manifest.checkpointEnable) throw new AppError('refused', withoutCheckpoints('R').lines.join('\n'));
    resume = latestResumable(steps, names, damagesOf(snapshots));
    if (resume === undefined) throw new AppError('refused', nothingToResume('-R').join('\n'));
  }
  for (const answer of [
    resume === undefined ? undefined : resumeAnswer(context, resume),
    pause === undefined || file.manifest.checkpointEnable ? undefined : withoutCheckpoints('p'),
    canCombine({ resume, pause }),
  ])
    if (answer && !answer.ok) throw new AppError('refused', answer.lines.join('\n'), resumeRemedy(context, answer));

  const plan = planBuild(steps, { resume, pause }, file.manifest.checkpointEnable, names);
  const running = steps.filter(({ index }) => plan.runs.includes(index));
  const problems = [...startProblems(file, area.mountpoint, running), ...lockProblems(file, plan.runs)];
  if (problems.length > 0)
    throw new AppError('manifest', problems.map((problem) => problemLine(file, problem)).join('\n'));
  const history = stepHistory(listRuns(area));
  const name = (index: number): string => steps[index]?.name ?? '';
  // Servers are asked once for both.
  const options = { asksServers: true };
  const current = new CurrentState(area, file, options);
  const candidates = await describeCheckpoints(context, options, current);
  const advice = describeAdvice(context, await searchLines(context, options, current));
  const stale = firstStale(candidates);
  const runs = plan.runs.map((index) => ({ step: name(index), expectedSeconds: history.get(name(index)) ?? null }));
  return {
    resume: resume === undefined ? null : name(resume),
    pause: pause === undefined ? null : name(pause),
    kept: plan.kept.map(name),
    runs,
    discarded: plan.discarded,
    expectedSeconds: runs.every(({ expectedSeconds }) => expectedSeconds !== null)
      ? runs.reduce((sum, { expectedSeconds }) => sum + (expectedSeconds ?? 0), 0)
      : null,
    freshness: resume === undefined ? null : (candidates[resume]?.freshness ?? null),
    stale,
    suggested: suggestedStart(candidates),
    advice,
    lineTitle: lineName(readLines(area), advice.line),
    spaceNeeded: await spaceNeeded(context),
    freeBytes: area.exists ? freeBytes(area.mountpoint) : null,
    backend: backend.kind,
    refusal: refusal ? { message: refusal.message, hint: refusal.hint ?? null } : null,
  };
}

/** What a build would best do, over all lines. */
function describeAdvice(context: AreaContext, choice: LineChoice): NonNullable<PlanAnswer['advice']> {
  const step = 'step' in choice ? (context.file.manifest.steps[choice.step]?.name ?? null) : null;
  return { kind: choice.kind, line: choice.line, step };
}

/** A sentence about the advice, where another line or nothing at all is the best. */
function adviceLines(advice: PlanAnswer['advice'], name: string): string[] {
  if (advice?.kind === 'nothing') return ['The build data is current: nothing to run.'];
  if (advice?.kind === 'switch') return [`Line ${name} is current: switch to it, nothing to run.`];
  if (advice?.kind === 'fork')
    return [`Fork from the checkpoint before ${advice.step} of line ${name} to run the least.`];
  return [];
}

/** Estimated size of the build data, from the newest checkpoint; `null` when unknown. */
async function spaceNeeded({ backend, snapshots }: AreaContext): Promise<number | null> {
  const newest = snapshots.at(-1);
  return newest ? ((await backend.size(newest.name)).referenced ?? null) : null;
}
