import type { DoctorAnswer, Finding, RightsAnswer } from '../../src-shared/engine-answers/doctor';
import { rightsGroups } from '../../src-shared/doctor/rights-groups';
import { AppError } from '../../src-shared/errors';
import { runChecks } from '../doctor/check';
import { hostChecks, manifestChecks } from '../doctor/checklist';
import { rightsFor } from '../doctor/rights/rights';
import { openSubject } from '../doctor/subject';
import { defineCommand, JSON_OPTION, STDIN_OPTION, type OptionTable, type Parsed } from './command';
import { readStdin } from './manifest-text';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  stdin: STDIN_OPTION,
  rights: { type: 'boolean', description: 'print what an ordinary account needs for the manifest' },
  user: { type: 'string', value: 'NAME', description: 'the account; default: the account that logged in' },
} as const satisfies OptionTable;

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: 'what this host can do, what is missing, and what to do about it',
  usage: ['[--json] [[--stdin] MANIFEST]', '--rights [--user NAME] [--stdin] [--json] MANIFEST'],
  description: [
    'Prints what this host can do, what is missing, and what to do about it; with a manifest everything that can be known before a build. The exit status is 1 when the manifest cannot be built here.',
    'With `--rights` it prints the configuration lines that let an ordinary account build the manifest, for review.',
  ],
  options: OPTIONS,
  operands: { min: 0, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const operand = positionals[0];
  if (values.rights && operand === undefined) throw new AppError('usage', '--rights needs a MANIFEST.');
  if (values.user !== undefined && !values.rights) throw new AppError('usage', '--user needs --rights.');
  if (values.stdin && operand === undefined) throw new AppError('usage', '--stdin needs a MANIFEST.');
  const text = values.stdin ? await readStdin() : undefined;
  if (values.rights && operand !== undefined) {
    const answer = await rightsFor(operand, values.user, text);
    if (values.json) printAnswer<RightsAnswer>(answer);
    else printLines(rightsGroups(answer).flatMap(({ title, lines }) => [`### ${title}`, ...lines, '']));
    return 0;
  }
  const answer = await examine(operand, text);
  if (values.json) printAnswer<DoctorAnswer>(answer);
  else printLines(answer.findings.flatMap(linesOf));
  return answer.ok ? 0 : 1;
}

async function examine(operand: string | undefined, text: string | undefined): Promise<DoctorAnswer> {
  if (operand === undefined) return { ok: true, findings: await runChecks(hostChecks()) };
  const findings = await runChecks(manifestChecks(await openSubject(operand, text)));
  return { ok: findings.every(({ state }) => state !== 'missing'), findings };
}

const STATES = { ok: 'ok     ', note: 'note   ', missing: 'missing', unknown: 'unknown' } as const;

function linesOf({ title, state, detail, fix }: Finding): string[] {
  return [`${STATES[state]} ${title}: ${detail}`, ...(fix === undefined ? [] : [`        -> ${fix}`])];
}
