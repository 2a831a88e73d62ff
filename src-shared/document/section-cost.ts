import { pathOf } from './element-path';
import type { Readers } from './readers';
import { sectionOf, type SectionId } from './sections';

/** What an edit in a section costs, by what steps have read. */
export interface SectionCost {
  /** Names of the steps that read values of the section, in build order. */
  readonly readers: readonly string[];
  /** How many steps run again after an edit of the most expensive value. */
  readonly runs: number;
  /** Their expected time in seconds; `undefined` when one of them is not known. */
  readonly seconds: number | undefined;
}

/** A step with its expected time. */
export interface CostStep {
  readonly step: string;
  readonly expectedSeconds: number | null;
}

/** Returns the cost of an edit in a section, or of the part of it whose values `isShown` accepts. */
export function costOf(
  section: SectionId,
  readers: Readers,
  steps: readonly CostStep[],
  isShown: (path: string) => boolean = () => true,
): SectionCost {
  const isOwn = (path: string): boolean => sectionOf(path) === section && isShown(path);
  const names = new Set(
    readers.elements.flatMap((element) => {
      const path = pathOf(element);
      const own = isOwn(path) ? readers.of({ element }) : [];
      const attributes = element.attributes.flatMap(({ name: attribute }) =>
        isOwn(path === '' ? attribute : `${path}/${attribute}`) ? readers.of({ element, attribute }) : [],
      );
      return [...own, ...attributes];
    }),
  );
  return costOfSteps([...names], steps);
}

/** Returns the cost of an edit of a value that these steps read. */
export function costOfSteps(readers: readonly string[], steps: readonly CostStep[]): SectionCost {
  const first = steps.findIndex(({ step }) => readers.includes(step));
  if (first < 0) return { readers: [], runs: 0, seconds: 0 };
  const runs = steps.slice(first);
  const isKnown = runs.every(({ expectedSeconds }) => expectedSeconds !== null);
  return {
    readers: steps.filter(({ step }) => readers.includes(step)).map(({ step }) => step),
    runs: runs.length,
    seconds: isKnown ? runs.reduce((sum, { expectedSeconds }) => sum + (expectedSeconds ?? 0), 0) : undefined,
  };
}
