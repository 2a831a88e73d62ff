import type { PreflightCheck } from '../../../src-shared/rpc/hosts';
import { plural } from '../../../src-shared/format';

/** A row of the checklist: a check, or checks of one kind with one result. */
export interface CheckRow {
  readonly title: string;
  readonly state: PreflightCheck['state'];
  readonly detail: string;
  /** What to do, for a single check. */
  readonly fix?: string | undefined;
  /** The checks of a group; empty for a single one. */
  readonly members: readonly PreflightCheck[];
}

/** Up to this many failed checks of one kind are rows of their own. */
const MAX_ALONE = 3;
/** Checks that need an action come first. */
const RANK: readonly PreflightCheck['state'][] = ['missing', 'note', 'unknown', 'ok'];

/** Returns the rows of a checklist. Checks of one kind that passed are one row; many with the same failure are one as well. */
export function groupedChecks(checks: readonly PreflightCheck[]): readonly CheckRow[] {
  const groups = new Map<string, PreflightCheck[]>();
  for (const check of checks) {
    // `tool:xorriso` is one of the kind `tool`. Other checks are alone of their kind.
    const kind = /^(\w+):/.exec(check.id)?.[1] ?? check.id;
    const key = JSON.stringify([kind, check.state, check.state === 'ok' ? '' : check.detail]);
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return [...groups.values()].flatMap(rowsOf).sort((a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state));
}

function rowsOf(group: readonly PreflightCheck[]): CheckRow[] {
  const [first] = group;
  if (!first) return [];
  const noun = /^(\w+):/.exec(first.id)?.[1];
  const isAlone = first.state === 'ok' ? group.length === 1 : group.length <= MAX_ALONE;
  if (noun === undefined || isAlone)
    return group.map(({ title, state, detail, fix }) => ({ title, state, detail, fix, members: [] }));
  const title = plural(group.length, noun).replace(/ys$/, 'ies');
  return [{ title, state: first.state, detail: first.state === 'ok' ? 'all OK' : first.detail, members: group }];
}
