import type { PreflightCheck } from '../../../../src-shared/rpc/hosts';
import { plural } from '../../../../src-shared/format';

/** Checks of one kind as one line. */
export interface ChecklistLine {
  readonly title: string;
  readonly state: PreflightCheck['state'];
  readonly text: string;
  /** The command, or the one thing to do. */
  readonly fix?: string | undefined;
}

/** The kinds, in their order: title, ids of the checks, and the noun of what is counted. */
const KINDS: readonly (readonly [title: string, id: RegExp, noun?: string])[] = [
  ['Connection', /^connection$/],
  ['Manifest', /^manifest$/],
  ['Scripts', /^scripts?(:|$)/, 'script'],
  ['Rights', /^(privileges|root)$/],
  ['Tools', /^tools?(:|$)/, 'tool'],
  ['Space', /^free-space$/],
  ['Packages', /^packages?(:|$)/],
  ['Repositories', /^repository(:|$)/, 'repository'],
];
/** From the best to the worst. */
const RANK: readonly PreflightCheck['state'][] = ['ok', 'note', 'unknown', 'missing'];

/** Returns the checklist of a host with one line for each kind of check; other checks only when they need attention. */
export function checklistLines(checks: readonly PreflightCheck[]): ChecklistLine[] {
  const kindOf = ({ id }: PreflightCheck): number => KINDS.findIndex(([, ids]) => ids.test(id));
  const lines = KINDS.flatMap(([title, , noun], kind) => {
    const own = checks.filter((check) => kindOf(check) === kind);
    return own.length === 0 ? [] : [lineOf(title, own, noun)];
  });
  const others = checks
    .filter((check) => kindOf(check) < 0 && check.state !== 'ok')
    .map((check) => lineOf(check.title.slice(0, 1).toUpperCase() + check.title.slice(1), [check]));
  return [...lines, ...others];
}

function lineOf(title: string, checks: readonly PreflightCheck[], noun?: string): ChecklistLine {
  const worst = [...checks].sort((a, b) => RANK.indexOf(b.state) - RANK.indexOf(a.state))[0];
  if (!worst) return { title, state: 'unknown', text: '' };
  const bad = checks.filter(({ state }) => state === worst.state);
  const fix = worst.state === 'ok' ? {} : { fix: worst.fix };
  if (noun === undefined || checks.length === 1) return { title, state: worst.state, text: worst.detail, ...fix };
  if (worst.state === 'ok')
    return { title, state: 'ok', text: `${plural(checks.length, noun).replace(/ys$/, 'ies')} checked` };
  const more = bad.length > 1 ? ` and ${bad.length - 1} more` : '';
  return { title, state: worst.state, text: `${worst.title}: ${worst.detail}${more}`, ...fix };
}
