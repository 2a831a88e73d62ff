import { nameOfRequest } from '../checkpoints/step-differences';

/**
 * Where it is known from what a step reads:
 *
 * - `recorded` from an execution of this script
 * - `declared` from `reads` in the script's description
 * - `older`    from an execution of the script before it was edited
 * - `unknown`  the step may read everything
 */
export type ReadsKnown = 'recorded' | 'declared' | 'older' | 'unknown';

/** The answer to a request of a step: to a nodepath, or to a key of the pairs. */
export interface ForkRead {
  readonly request: string;
  readonly isKey: boolean;
  readonly values: readonly string[];
  readonly isSecret: boolean;
}

/** A step of one variant, with all that determines its result. */
export interface ForkStep {
  readonly name: string;
  /** Its script and arguments. */
  readonly identity: string;
  readonly reads: readonly ForkRead[];
  readonly known: ReadsKnown;
}

/** A variant, or the manifest itself, as its steps. */
export interface ForkSubject {
  readonly name: string;
  readonly steps: readonly ForkStep[];
}

/** A reason why two variants part at a step. Values are `null` when they are secret, or when the step itself differs. */
export interface ForkCause {
  /** What the step reads; `null`: the step, its script or its arguments differ, or what it reads is not known. */
  readonly request: string | null;
  /** In short: `locale`. */
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** The first step in which a variant differs from another one, and why. */
export interface Fork {
  readonly step: string;
  readonly causes: readonly ForkCause[];
  readonly known: ReadsKnown;
}

/** How variants share a step. */
export interface SharedStep {
  readonly step: string;
  /** How many times it runs when all variants are built from the beginning. */
  readonly runs: number;
  /** The number of variants that have it. */
  readonly of: number;
  /** The number of variants in the largest group that shares one execution of it. */
  readonly shared: number;
  readonly known: ReadsKnown;
  /** The variants that leave others here. */
  readonly parts: readonly { readonly variants: readonly string[]; readonly causes: readonly ForkCause[] }[];
}

/** Where a subject leaves another one; `undefined` when all steps have the same results. */
export function forkOf(from: ForkSubject, to: ForkSubject): Fork | undefined {
  for (let at = 0; at < Math.max(from.steps.length, to.steps.length); at++) {
    const [was, is] = [from.steps[at], to.steps[at]];
    if (was && is && textOf(was) === textOf(is)) continue;
    const { name = '', known = 'recorded' } = is ?? was ?? {};
    return { step: name, causes: causesOf(was, is), known };
  }
  return undefined;
}

/**
 * How the subjects share their steps: those with the same steps, and the same results, up to a step share it. A step that
 * has another place in some of them is one entry.
 */
export function sharedSteps(subjects: readonly ForkSubject[]): SharedStep[] {
  const longest = Math.max(0, ...subjects.map(({ steps }) => steps.length));
  const found = new Map<string, SharedStep>();
  let groups: (readonly ForkSubject[])[] = [subjects];
  for (let at = 0; at < longest; at++) {
    const split = groups.map((group) => partition(group, at));
    groups = split.flatMap((parts) => parts.filter(([first]) => first?.steps[at] !== undefined));
    for (const group of groups) {
      const step = group[0]?.steps[at];
      if (step) found.set(step.name, added(found.get(step.name), step, group.length));
    }
    for (const parts of split) {
      const name = parts[0]?.[0]?.steps[at]?.name ?? parts[1]?.[0]?.steps[at]?.name ?? '';
      const step = found.get(name);
      if (step) found.set(name, { ...step, parts: [...step.parts, ...leaving(parts, at)] });
    }
  }
  return [...found.values()];
}

/** A step with one more execution, which this number of variants shares. */
function added(step: SharedStep | undefined, { name, known }: ForkStep, members: number): SharedStep {
  if (!step) return { step: name, runs: 1, of: members, shared: members, known, parts: [] };
  const { runs, of, shared, known: before, parts } = step;
  return {
    step: name,
    runs: runs + 1,
    of: of + members,
    shared: Math.max(shared, members),
    known: worst(before, known),
    parts,
  };
}

/** The members of a group by their step at an index; the largest part first. */
function partition(group: readonly ForkSubject[], at: number): ForkSubject[][] {
  const parts = new Map<string, ForkSubject[]>();
  for (const subject of group) {
    const step = subject.steps[at];
    const key = step ? textOf(step) : '';
    const part = parts.get(key);
    if (part) part.push(subject);
    else parts.set(key, [subject]);
  }
  return [...parts.values()].sort((a, b) => b.length - a.length);
}

function leaving([stay, ...others]: readonly ForkSubject[][], at: number): SharedStep['parts'] {
  return others.map((part) => ({
    variants: part.map(({ name }) => name),
    causes: causesOf(stay?.[0]?.steps[at], part[0]?.steps[at]),
  }));
}

function causesOf(was: ForkStep | undefined, is: ForkStep | undefined): ForkCause[] {
  if (was && is && was.identity === is.identity) {
    if (was.known === 'unknown' || is.known === 'unknown')
      return [{ request: null, name: `what ${is.name} reads is not known`, from: null, to: null }];
    const before = new Map(was.reads.map((read) => [identityOf(read), read]));
    return is.reads.flatMap((read): ForkCause[] => {
      const { request, values, isSecret } = read;
      const old = before.get(identityOf(read))?.values ?? [];
      if (JSON.stringify(old) === JSON.stringify(values)) return [];
      const text = (all: readonly string[]): string | null => (isSecret ? null : all.join(' '));
      return [{ request, name: labelOf(request), from: text(old), to: text(values) }];
    });
  }
  const change = !is ? `without ${was?.name ?? ''}` : was?.name === is.name ? `${is.name} itself` : `with ${is.name}`;
  return [{ request: null, name: change, from: null, to: null }];
}

/** The names of packages are all called `name`. */
const labelOf = (request: string): string =>
  /(^|\/)packages\/pkg\/name$/.test(request) ? 'packages' : nameOfRequest(request);

/** Equal texts of a step after equal steps: equal results. */
function textOf({ name, identity, reads }: ForkStep): string {
  return JSON.stringify([name, identity, reads.map((read) => [identityOf(read), read.values])]);
}

const identityOf = ({ request, isKey }: ForkRead): string => `${isKey} ${request}`;

const ORDER: readonly ReadsKnown[] = ['recorded', 'declared', 'older', 'unknown'];

const worst = (a: ReadsKnown, b: ReadsKnown): ReadsKnown => (ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a);
