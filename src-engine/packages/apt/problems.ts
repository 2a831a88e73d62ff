import type { CatalogueEntry } from '../../../src-shared/packages/catalogue';
import type { PackageProblem } from '../../../src-shared/engine-answers/packages';
import { bareName } from '../../repositories/apt';
import { nearestName } from '../../../src-shared/near-name';
import type { Simulated } from './simulate';

/** The limit on suggested names. */
const MAX_OFFERED = 8;
/** The limit on names to find similar ones for: each is compared with every known name. */
const MAX_NEAR = 50;

/** Entries that APT reports as unknown or ambiguous. Empty when APT refuses for another reason. */
export function unknownEntries(
  { output }: Simulated,
  names: readonly string[],
  entries: readonly CatalogueEntry[],
): PackageProblem[] {
  const reported = new Map<string, string>();
  const patterns = [
    /^E: Unable to locate package (.+)$/gm,
    /^E: Package '(.+)' has no installation candidate$/gm,
    /^E: Version '.*' for '(.+)' was not found$/gm,
    /^E: Release '.*' for '(.+)' was not found$/gm,
    /^E: Couldn't find any package by (?:glob|regex|fnmatch) '(.+)'$/gm,
    /^E: Couldn't find task '?(.+?)'?$/gm,
  ];
  for (const pattern of patterns)
    for (const [line, name = ''] of output.matchAll(pattern)) if (!reported.has(name)) reported.set(name, line);
  const known = new Suggestions(entries);
  return names.flatMap((name): PackageProblem[] => {
    const line = reported.get(name) ?? reported.get(bareName(name));
    return line === undefined ? [] : [unknown(name, line.slice(3), known)];
  });
}

/** As `unknownEntries`, for names that are known to be missing. */
export function unknownNames(names: readonly string[], entries: readonly CatalogueEntry[]): PackageProblem[] {
  const known = new Suggestions(entries);
  return names.map((name) => unknown(name, `Unable to locate package ${name}`, known));
}

/** Suggests existing names in place of unknown ones. */
class Suggestions {
  readonly #names: ReadonlySet<string>;
  readonly #providers = new Map<string, string[]>();
  #searches = 0;

  constructor(entries: readonly CatalogueEntry[]) {
    this.#names = new Set(entries.map(({ name }) => name));
    for (const { name, provides } of entries)
      for (const provided of provides) this.#providers.set(provided, [...(this.#providers.get(provided) ?? []), name]);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  providersOf(name: string): readonly string[] {
    return this.#providers.get(name) ?? [];
  }

  /** Similar names. Empty after `MAX_NEAR` searches: then the whole list is wrong. */
  near(name: string): string[] {
    if (this.#searches++ >= MAX_NEAR) return [];
    const near = nearestName(name, this.#names);
    return near === undefined ? [] : [near];
  }
}

function unknown(name: string, line: string, known: Suggestions): PackageProblem {
  const wanted = bareName(name);
  const providers = known.providersOf(wanted);
  if (providers.length > 0 && line.includes('no installation candidate'))
    return {
      name,
      kind: 'virtual',
      message: `${wanted} is a virtual package. Choose one of the packages that provide it.`,
      instead: providers.slice(0, MAX_OFFERED),
    };
  if (known.has(wanted)) return { name, kind: 'unknown', message: `${line}.`, instead: [wanted] };
  // The message is the same for a missing package that another one depends on, and for one with all versions pinned below zero.
  const isExcluded = line.includes('no installation candidate');
  const message = isExcluded
    ? `APT has no candidate for ${wanted}: no repository has it, or pins of the host exclude it.`
    : `No repository has a package ${wanted}.`;
  return { name, kind: 'unknown', message, instead: known.near(wanted) };
}

/** APT reports every pair; more than this many lines add nothing. */
const MAX_REASONS = 3;

/** Explains why an entry conflicts with the entries before it, with APT's own lines. */
export function conflictOf(name: string, { output }: Simulated): PackageProblem {
  const reasons = [...output.matchAll(/^ (\S+ : .*(?:\n {4,}.*)*)/gm)].map(([, text = '']) =>
    text.replace(/\s+/g, ' ').replace(' : ', ': ').trim(),
  );
  if (reasons.length === 0)
    return {
      name,
      kind: 'other',
      message: `APT does not install it: ${/^E: (.*)$/m.exec(output)?.[1] ?? 'it gives no reason'}.`,
      instead: [],
    };
  const more = reasons.length - MAX_REASONS;
  const why = [...reasons.slice(0, MAX_REASONS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return {
    name,
    kind: 'conflict',
    message: `It cannot be installed together with the packages before it. ${why}.`,
    instead: [],
  };
}
