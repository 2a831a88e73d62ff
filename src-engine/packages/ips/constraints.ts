import type { IpsPackage } from './package';
import type { IpsVersion } from './version';

/** A constraint of a chosen incorporation on a package's version. */
export interface Constraint {
  readonly version: IpsVersion;
  readonly text: string;
  readonly by: string;
}

/** The constraints of the chosen incorporations, by package name. */
export function constraintsOf(packages: Iterable<IpsPackage>): Map<string, Constraint[]> {
  const constraints = new Map<string, Constraint[]>();
  for (const by of packages)
    for (const { type, targets } of by.depends())
      for (const { name, version, text } of type === 'incorporate' ? targets : [])
        if (version) constraints.set(name, [...(constraints.get(name) ?? []), { version, text, by: by.name }]);
  return constraints;
}

/** Equal keys mean equal constraints. */
export const keyOf = (constraints: ReadonlyMap<string, readonly Constraint[]>): string =>
  [...constraints.values()]
    .flat()
    .map(({ text, by }) => `${by} ${text}`)
    .sort()
    .join('\n');

/** The constraints as a clause of a message. */
export const describeConstraints = (constraints: readonly Constraint[]): string =>
  constraints.map(({ text, by }) => `${text} by ${by}`).join(' and ');
