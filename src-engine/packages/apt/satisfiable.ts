import { AppError } from '../../../src-shared/errors';
import type { PackageProblem } from '../../../src-shared/engine-answers/packages';
import type { CatalogueEntry } from '../../../src-shared/packages/catalogue';
import { conflictOf, unknownEntries } from './problems';
import { firstError, type Simulated } from './simulate';

/** The limit on reported conflicts: each costs several runs of APT. */
const MAX_CONFLICTS = 5;

/**
 * The entries that can be installed together, the packages that APT then installs, and the problems of the other
 * entries. Throws `AppError('refused')` when APT gives no usable reason.
 */
export async function resolveSatisfiable(
  names: readonly string[],
  ask: (list: readonly string[]) => Promise<Simulated>,
  entries: () => Promise<readonly CatalogueEntry[]>,
): Promise<{ wanted: readonly string[]; problems: PackageProblem[]; simulated: Simulated }> {
  const problems: PackageProblem[] = [];
  let wanted = names;
  for (;;) {
    const simulated = await ask(wanted);
    if (simulated.ok) return { wanted, problems, simulated };
    const found = unknownEntries(simulated, wanted, await entries());
    if (found.length === 0) {
      if (wanted.length === 0 || problems.filter(({ kind }) => kind === 'conflict').length >= MAX_CONFLICTS)
        throw new AppError(
          'refused',
          `APT finds no way to install the packages: ${firstError(simulated)}`,
          'Fix the other problems first.',
        );
      found.push(await firstConflict(wanted, ask));
    }
    problems.push(...found);
    const bad = new Set(found.map(({ name }) => name));
    wanted = wanted.filter((name) => !bad.has(name));
  }
}

/** The first entry that conflicts with an earlier one: the end of the shortest list that APT refuses. */
async function firstConflict(
  names: readonly string[],
  ask: (list: readonly string[]) => Promise<Simulated>,
): Promise<PackageProblem> {
  let good = 0;
  let bad = names.length;
  let refusal: Simulated | undefined;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    const simulated = await ask(names.slice(0, middle));
    if (simulated.ok) good = middle;
    else [bad, refusal] = [middle, simulated];
  }
  return conflictOf(names[bad - 1] ?? '', refusal ?? (await ask(names)));
}
