import type { VariantsAnswer } from '../../src-shared/engine-answers/variants';
import { plural } from '../../src-shared/format';
import { defineCommand, JSON_OPTION, STDIN_OPTION, type OptionTable, type Parsed } from './command';
import { inspect } from './inspect';
import { readStdin } from './manifest-text';
import { printAnswer, printLines, type DeepReadonly } from './print';
import { describeVariants } from '../variants/describe-variants';

const OPTIONS = { json: JSON_OPTION, stdin: STDIN_OPTION } as const satisfies OptionTable;

export const variantsCommand = defineCommand({
  name: 'variants',
  summary: 'the variants of a manifest, and the steps that they share',
  usage: ['[--stdin] [--json] MANIFEST'],
  description: [
    'Prints the variants of a manifest, the files `variants/NAME.xml` beside it: what each changes, the first step with another result, and whether its last image is current. Then how many times each step runs for all of them together, and why variants part there. This follows from what steps have read in earlier builds and, for a step that has not run, from the `reads` of its description.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const text = values.stdin ? await readStdin() : undefined;
  const answer = await inspect(
    positionals[0] ?? '',
    (inspection) => {
      const { file, area } = inspection.useAll();
      return describeVariants(file, area);
    },
    undefined,
    { text },
  );
  if (values.json) printAnswer<VariantsAnswer>(answer);
  else printLines(linesOf(answer));
  return 0;
}

/** So many variants are named in one line. */
const MAX_NAMES = 8;

type Answer = DeepReadonly<VariantsAnswer>;
type Variant = Answer['variants'][number];
type Step = Answer['steps'][number];
type Causes = NonNullable<Variant['fork']>['causes'];

const STATES: Readonly<Record<Variant['state'], string>> = {
  current: 'current',
  stale: 'stale',
  unknown: 'of unknown freshness',
  unfinished: 'not finished',
  'not-built': 'not built',
};

function linesOf({ variants, steps }: Answer): string[] {
  if (variants.length === 0) return ['There are no variants: no file variants/NAME.xml is beside the manifest.'];
  const width = Math.max(...variants.map(({ name }) => name.length));
  const total = steps.reduce((sum, step) => sum + step.of, 0);
  const runs = steps.reduce((sum, step) => sum + step.runs, 0);
  return [
    ...variants.map((variant) => `${variant.name.padEnd(width)}  ${describe(variant)}`),
    '',
    `From the beginning ${runs} of ${total} steps have to run:`,
    ...steps.flatMap(stepLines),
  ];
}

function describe({ changes, fork, state, line, problems }: Variant): string {
  const [problem] = problems.filter(({ severity }) => severity === 'error');
  if (problem) return `error in line ${problem.line}: ${problem.message}`;
  return [
    changes.length === 0 ? 'no changes' : changes.join(', '),
    fork ? `leaves the manifest at ${fork.step}${reasonOf(fork.causes, fork.step)}` : 'as the manifest',
    `${STATES[state]}${line === null ? '' : ` (${line})`}`,
  ].join('; ');
}

function stepLines({ step, runs, of, shared, known, parts }: Step): string[] {
  const share =
    of === 1
      ? '1 has it'
      : shared === 1
        ? 'no two share it'
        : `${shared === of ? 'all' : `${shared} of`} ${of} share it`;
  const note = known === 'recorded' ? '' : ` (${NOTES[known]})`;
  return [`  ${step}: runs ${runs === 1 ? 'once' : plural(runs, 'time')}, ${share}${note}`, ...partLines(parts, step)];
}

/** A line for each reason; the first names of many. */
function partLines(parts: Step['parts'], step: string): string[] {
  const byReason = new Map<string, string[]>();
  for (const { variants, causes } of parts) {
    const reason = reasonOf(causes, step);
    byReason.set(reason, [...(byReason.get(reason) ?? []), ...variants]);
  }
  return Array.from(byReason, ([reason, names]) => {
    const more = names.length - MAX_NAMES;
    const shown = more > 0 ? `${names.slice(0, MAX_NAMES).join(', ')} and ${more} more` : names.join(', ');
    return `    ${shown} ${names.length === 1 ? 'parts' : 'part'} here${reason}`;
  });
}

const NOTES: Readonly<Record<Exclude<Step['known'], 'recorded'>, string>> = {
  declared: 'by the declared reads of its script',
  older: 'by what its script read before it was edited',
  unknown: 'it has not run yet and declares nothing, so that it may read everything',
};

/** `: locale is first read by im-mod` */
function reasonOf(causes: Causes, step: string): string {
  const values = causes.filter(({ request }) => request !== null).map(({ name }) => name);
  const others = causes.filter(({ request }) => request === null).map(({ name }) => name);
  const first = [...new Set(values)].join(', ');
  const clauses = [
    ...(first === ''
      ? []
      : [`${first} ${values.length === 1 && first !== 'packages' ? 'is' : 'are'} first read by ${step}`]),
    ...others,
  ];
  return clauses.length === 0 ? '' : `: ${clauses.join('; ')}`;
}
