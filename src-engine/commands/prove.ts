import type { ProveAnswer } from '../../src-shared/engine-answers/prove';
import { AppError } from '../../src-shared/errors';
import { plural } from '../../src-shared/format';
import { refusalLines } from '../area/manifest-file';
import { ImageProof } from '../provenance/prove';
import { proveAnswerOf } from '../provenance/proof-report';
import { EarlyExit } from './build-request';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { completeChange } from './complete-change';
import { openContext } from './context';
import { reportError } from './failure';
import { printAnswer, printLines } from './print';
import { startBuild } from './start-build';

const OPTIONS = {
  keep: { type: 'boolean', description: 'keep the line of the rebuild' },
  json: JSON_OPTION,
} as const satisfies OptionTable;

/** The status of every failure: 1 is only for a rebuild that differs. */
const FAILED = 2;

export const proveCommand = defineCommand({
  name: 'prove',
  summary: 'rebuilds an image from the beginning, and compares',
  usage: ['[--keep] [--json] NAME MANIFEST'],
  description: [
    'Builds an image again from the beginning, in a line of its own, and compares it with the present one checkpoint by checkpoint. NAME is an image as `media` lists it. An equal SHA-256 is recorded, and makes a resumed image `proven`. Otherwise the first differing file is named, with the step that made it, the difference and its cause where it is known. The present line and its images stay as they are, also when the command is killed.',
    'The exit status is 0 for equal, 1 for different, and 2 for every failure.',
  ],
  options: OPTIONS,
  operands: { min: 2, max: 2 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { json = false, keep = false } = values;
  const [name = '', operand = ''] = positionals;
  try {
    return await prove(name, operand, json, keep);
  } catch (error) {
    if (error instanceof AppError && error.code === 'usage') throw error;
    if (error instanceof EarlyExit) reportError(new AppError('refused', error.lines.join('\n')), json);
    else reportError(error, json);
    return FAILED;
  }
}

async function prove(name: string, operand: string, json: boolean, keeps: boolean): Promise<number> {
  const { file, area, backend } = await openContext(operand);
  const refusal = refusalLines(file);
  if (refusal.length > 0) throw new AppError('manifest', refusal.join('\n'));
  if (!file.manifest.checkpointEnable)
    throw new AppError(
      'refused',
      'The manifest switches checkpoints off, so that the present build cannot be kept beside a rebuild.',
      'Switch them on, and build the image again.',
    );
  const rebuild = new ImageProof({
    area,
    file,
    name,
    keeps,
    report: async (result) => {
      const answer = await proveAnswerOf(result, { area, file, keeps });
      if (json) printAnswer<ProveAnswer>(answer);
      else printLines(linesOf(answer));
    },
  });
  try {
    return await startBuild({
      file,
      area,
      backend,
      checkpointing: true,
      steps: file.manifest.steps,
      request: {
        list: false,
        debug: false,
        pause: undefined,
        resume: undefined,
        given: { names: [], values: {} },
        observe: false,
        adopt: false,
        fork: false,
        line: undefined,
        continues: false,
        detailedExit: false,
      },
      rebuild,
    });
  } finally {
    // A build that could not go on has left its line.
    await completeChange(area, backend, file.path).catch((error: unknown) => void reportError(error, false));
  }
}

function linesOf(answer: ProveAnswer): string[] {
  const { name, equal, differences, total, times, image, diffoscope, line, sha256 } = answer;
  const [first, ...others] = differences;
  const kept = line === null ? [] : [`The rebuild is kept as line ${line}.`];
  if (equal)
    return [
      `${name} is proven: a clean rebuild has the same SHA-256, ${sha256}.`,
      ...(first
        ? [`Outside the image ${plural(total, 'file')} of the build data differ, the first is ${first.path}.`]
        : []),
      ...kept,
    ];
  const imageLines = image
    ? [`The step ${image.step} wrote an image that differs from byte ${image.offset} on.`, ...explanationLines(image)]
    : [`The rebuild has no ${name}.`];
  return [
    `${name} differs from a clean rebuild.`,
    ...(first
      ? [`First difference: ${first.path}, made by the step ${stepText(first)}`, ...explanationLines(first)]
      : [...imageLines, ...timeLines(times)]),
    ...others
      .slice(0, 9)
      .map((one) => `Also: ${one.path}, made by ${stepText(one)}${one.cause ? ` (${one.cause})` : ''}`),
    ...(total > 10 ? [`Also: ${total - 10} more files, see --json.`] : []),
    ...(diffoscope === undefined ? [] : diffoscope.split('\n')),
    ...kept,
  ];
}

function stepText({ steps, rebuiltBy }: ProveAnswer['differences'][number]): string {
  return steps.length > 1 ? `${rebuiltBy} (in the image: one of ${steps.join(', ')})` : rebuiltBy;
}

function timeLines(times: number): string[] {
  return times === 0
    ? ['All files of the build data are equal.']
    : [
        `All files are equal, but ${plural(times, 'file')} have another time of change: an image that stores times differs.`,
      ];
}

function explanationLines({
  explanation,
  line,
  diff,
}: Pick<ProveAnswer['differences'][number], 'explanation' | 'line' | 'diff'>): string[] {
  return [
    ...(diff ?? []).map((one) => `  ${one}`),
    ...(explanation === null ? ['Nothing is known about the cause.'] : [`Likely cause: ${explanation}`]),
    ...(line ? [`  ${line.script}:${line.number}: ${line.text}`] : []),
  ];
}
