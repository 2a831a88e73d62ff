import type { DoctorAnswer, Finding } from '../../src-shared/doctor/model';
import { rightsGroups } from '../../src-shared/doctor/rights-groups';
import { AppError } from '../../src-shared/errors';
import { lookAtAll } from '../doctor/check';
import { hostChecks, manifestChecks } from '../doctor/checklist';
import { rightsFor } from '../doctor/rights/request';
import { openSubject } from '../doctor/subject';
import { parseWords, printJson, printLines } from './context';

export const DOCTOR_USAGE =
  'distro_const doctor [--json] [MANIFEST], or distro_const doctor --rights [--user NAME] [--json] MANIFEST';

/**
 * `doctor`: what this host can do, what is missing, and what to do about it; with a manifest everything that can be known before minutes
 * are spent. Exit status 1 when the manifest cannot be built here. With `--rights` the lines that an ordinary account needs for it.
 */
export async function doctorCommand(words: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean' }, rights: { type: 'boolean' }, user: { type: 'string' } } as const;
  const { values, positionals } = parseWords(words, options, { least: 0, most: 1 }, DOCTOR_USAGE);
  const operand = positionals[0];
  if ((values.rights && operand === undefined) || (values.user !== undefined && !values.rights))
    throw new AppError('usage', `Usage: ${DOCTOR_USAGE}`);
  if (values.rights && operand !== undefined) {
    const answer = await rightsFor(operand, values.user);
    if (values.json) printJson(answer);
    else printLines(rightsGroups(answer).flatMap(({ title, lines }) => [`### ${title}`, ...lines, '']));
    return 0;
  }
  const answer = await examine(operand);
  if (values.json) printJson(answer);
  else printLines(answer.findings.flatMap(linesOf));
  return answer.ok ? 0 : 1;
}

async function examine(operand: string | undefined): Promise<DoctorAnswer> {
  if (operand === undefined) return { ok: true, findings: await lookAtAll(hostChecks()) };
  const findings = await lookAtAll(manifestChecks(await openSubject(operand)));
  return { ok: findings.every(({ state }) => state !== 'missing'), findings };
}

const STATES = { ok: 'ok     ', note: 'note   ', missing: 'missing', unknown: 'unknown' } as const;

function linesOf({ title, state, detail, fix }: Finding): string[] {
  return [`${STATES[state]} ${title}: ${detail}`, ...(fix === undefined ? [] : [`        -> ${fix}`])];
}
