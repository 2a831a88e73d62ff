import type { IpsCatalogue } from './catalogue';
import { constraintsOf, describeConstraints, keyOf, type Constraint } from './constraints';
import type { Depend, IpsPackage, DependTarget } from './package';
import { compareVersions, isOf } from './version';
import type { Wanted } from './names';

/** A chosen package, and the first entry that requires it. */
export interface Taken {
  readonly package: IpsPackage;
  /** Index of the entry in the list. */
  readonly root: number;
}

/** Why an entry cannot be installed. */
export interface Failure {
  readonly root: number;
  readonly message: string;
}

/** The dependency closure of the manifest's entries. */
export interface Closure {
  readonly taken: ReadonlyMap<string, Taken>;
  readonly failures: readonly Failure[];
}

/**
 * The limit on rounds. Each may choose another version of an incorporation, which changes the constraints; without a
 * limit they could alternate forever.
 */
const MAX_ROUNDS = 8;

/**
 * Computes a dependency closure by rules that are simpler than those of `pkg`:
 *
 * - `require`: the newest version that no incorporation forbids; it must be at least as new as the dependency demands.
 * - `incorporate`: constrains versions once the incorporation itself is chosen.
 * - `require-any`: no effect when one of the targets is chosen anyway; otherwise the first one that is available.
 * - `conditional`: as `require`, when its predicate is chosen.
 * - `group`, `group-any`: as `require` and `require-any`, but unavailable targets are skipped.
 * - `exclude`: both packages cannot be chosen together.
 * - A renamed package stands for the packages that it requires.
 * - `optional`, `origin` and `parent` are ignored. No older version is chosen to make another package fit.
 */
export function closureOf(catalogue: IpsCatalogue, wanted: readonly Wanted[]): Closure {
  let constraints = new Map<string, Constraint[]>();
  for (let round = 0; ; round++) {
    const pass = new Pass(catalogue, constraints);
    pass.run(wanted);
    const found = constraintsOf([...pass.taken.values()].map((one) => one.package));
    if (round >= MAX_ROUNDS || keyOf(found) === keyOf(constraints))
      return { taken: pass.taken, failures: [...pass.failures, ...exclusions(pass.taken)] };
    constraints = found;
  }
}

/** One pass over all dependencies, with the constraints known so far. */
class Pass {
  readonly #catalogue: IpsCatalogue;
  readonly #constraints: ReadonlyMap<string, readonly Constraint[]>;

  readonly taken = new Map<string, Taken>();
  readonly failures: Failure[] = [];
  /** Renamed packages that were already followed. */
  readonly #renamed = new Set<string>();
  readonly #queue: Taken[] = [];
  /** Dependencies that wait until the other choices are known. */
  readonly #later: { readonly depend: Depend; readonly of: Taken }[] = [];

  constructor(catalogue: IpsCatalogue, constraints: ReadonlyMap<string, readonly Constraint[]>) {
    this.#catalogue = catalogue;
    this.#constraints = constraints;
  }

  run(wanted: readonly Wanted[]): void {
    // Named packages come first, in their named versions. Then renamed packages are followed and dependencies resolved.
    const entries = [...wanted.entries()];
    for (const [root, one] of entries) if (!one.package.isRenamed) this.#takeEntry(one, root);
    for (const [root, one] of entries) if (one.package.isRenamed) this.#takeEntry(one, root);
    do {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#follow(next);
    } while (this.#decideLater());
  }

  #takeEntry({ package: one, version }: Wanted, root: number): void {
    const isWanted = (other: IpsPackage): boolean =>
      other.publisher === one.publisher && (version === undefined || isOf(other.version, version));
    const allowed = this.#candidates(one.name).find(isWanted);
    if (allowed) return this.#take(allowed, root);
    const constraints = this.#violated(one);
    const but = version ? 'the entry asks for another version' : 'no repository has that';
    this.#fail(root, `${one.name} is held at ${describeConstraints(constraints)}, and ${but}.`);
  }

  #take(one: IpsPackage, root: number): void {
    if (one.isRenamed) {
      if (this.#renamed.has(one.name)) return;
      this.#renamed.add(one.name);
      for (const { type, targets } of one.depends())
        for (const target of type === 'require' ? targets : []) this.#need(target, { package: one, root });
    } else if (!this.taken.has(one.name)) {
      const taken = { package: one, root };
      this.taken.set(one.name, taken);
      this.#queue.push(taken);
    }
  }

  #follow(of: Taken): void {
    for (const depend of of.package.depends()) {
      const [target] = depend.targets;
      if (depend.type === 'require' && target) this.#need(target, of);
      else if (depend.type === 'group' && target && this.#isAvailable(target)) this.#need(target, of);
      else if (['require-any', 'group-any', 'conditional'].includes(depend.type)) this.#later.push({ depend, of });
    }
  }

  /** Decides the first waiting dependency that can be decided. Returns false when there is none. */
  #decideLater(): boolean {
    for (const [index, { depend, of }] of this.#later.entries()) {
      const { type, targets, predicate } = depend;
      if (type === 'conditional' && !(predicate && this.#isTaken(predicate))) continue;
      this.#later.splice(index, 1);
      const isMet = type !== 'conditional' && targets.some((target) => this.#isTaken(target));
      const target = targets.find((one) => this.#isAvailable(one)) ?? (type === 'group-any' ? undefined : targets[0]);
      if (!isMet && target) this.#need(target, of);
      return true;
    }
    return false;
  }

  #need(target: DependTarget, of: Taken): void {
    const { package: by, root } = of;
    const chosen = this.taken.get(target.name);
    if (chosen) {
      if (isOlder(chosen.package, target))
        this.#fail(
          root,
          `${by.name} needs ${target.text}, and the available version is ${chosen.package.versionText}.`,
        );
      return;
    }
    const candidate = this.#candidates(target.name).find((one) => !isOlder(one, target));
    if (candidate && !candidate.isObsolete) return this.#take(candidate, root);
    this.#fail(root, this.#explainFailure(target, by));
  }

  #explainFailure(target: DependTarget, by: IpsPackage): string {
    const needs = `${by.name} needs ${target.text}`;
    const free = this.#catalogue.versions(target.name).find((one) => !isOlder(one, target));
    if (free?.isObsolete) return `${needs}, which its publisher has withdrawn.`;
    if (free) return `${needs}, which is held at ${describeConstraints(this.#violated(free))}.`;
    const newest = this.#catalogue.newest(target.name);
    if (newest) return `${needs}; the newest is ${newest.versionText}.`;
    const elsewhere = this.#catalogue.elsewhere(target.name);
    return elsewhere
      ? `${needs}, which only publisher ${elsewhere.publisher} has, and the manifest does not name it for ${elsewhere.from}.`
      : `${needs}, which no repository has.`;
  }

  /** Versions without a violated constraint, best first. */
  #candidates(name: string): IpsPackage[] {
    return this.#catalogue.versions(name).filter((one) => this.#violated(one).length === 0);
  }

  /** The constraints that a version violates. */
  #violated({ name, version }: IpsPackage): Constraint[] {
    return (this.#constraints.get(name) ?? []).filter((constraint) => !isOf(version, constraint.version));
  }

  #isAvailable(target: DependTarget): boolean {
    const candidate = this.#candidates(target.name).find((one) => !isOlder(one, target));
    return candidate !== undefined && !candidate.isObsolete;
  }

  #isTaken(target: DependTarget): boolean {
    const chosen = this.taken.get(target.name);
    return chosen !== undefined && !isOlder(chosen.package, target);
  }

  #fail(root: number, message: string): void {
    this.failures.push({ root, message });
  }
}

/** Packages that exclude each other. The failure is assigned to the later entry of the list. */
function exclusions(taken: ReadonlyMap<string, Taken>): Failure[] {
  const failures: Failure[] = [];
  for (const { package: by, root } of taken.values())
    for (const { type, targets } of by.depends())
      for (const target of type === 'exclude' ? targets : []) {
        const other = taken.get(target.name);
        if (other && other.package !== by && !isOlder(other.package, target))
          failures.push({
            root: Math.max(root, other.root),
            message: `${by.name} and ${other.package.name} exclude each other: an image can have only one of them.`,
          });
      }
  return failures;
}

const isOlder = ({ version }: IpsPackage, target: DependTarget): boolean =>
  target.version !== undefined && compareVersions(version, target.version) < 0;
