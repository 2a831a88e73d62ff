import { plain, plainLines, type CatalogueEntry } from '../../../src-shared/packages/catalogue';
import type { PackageDetails } from '../../../src-shared/engine-answers/packages';
import type { IpsCatalogue } from './catalogue';
import type { Depend, IpsPackage } from './package';

/** What is longer is cut, in letters: one line, and all of a description. */
const LONGEST_LINE = 500;
const LONGEST_TEXT = 20_000;

/** Every package that an installer would install, in the version that it would take, sorted by name. */
export function entriesOf(catalogue: IpsCatalogue): CatalogueEntry[] {
  return catalogue.names().flatMap((name): CatalogueEntry[] => {
    const newest = catalogue.isOffered(name) ? catalogue.newest(name) : undefined;
    if (!newest) return [];
    const { section, summary } = summaryOf(newest);
    return [{ name, version: newest.versionText, section, summary, provides: [] }];
  });
}

/** Everything that the catalogues say of a package. They tell no sizes. */
export function detailsOf(one: IpsPackage, catalogue: IpsCatalogue): PackageDetails {
  const { section, summary, description, homepage } = summaryOf(one);
  const [conflicts, needs] = [[] as string[], [] as string[]];
  for (const depend of one.depends()) (depend.type === 'exclude' ? conflicts : needs).push(oneLine(lineOf(depend)));
  return {
    name: one.name,
    version: one.versionText,
    versions: catalogue
      .versions(one.name)
      .map(({ versionText, from, publisher }) => ({ version: versionText, from: `${publisher}, ${from}` })),
    section,
    summary,
    description,
    ...(homepage !== undefined && { homepage }),
    provides: [],
    depends: needs,
    recommends: [],
    conflicts,
  };
}

/** `NAME@VERSION`, with what kind of need it is where it is no plain one. */
function lineOf({ type, targets, predicate }: Depend): string {
  const names = targets.map(({ text }) => text).join(' | ');
  if (type === 'require' || type === 'require-any' || type === 'exclude') return names;
  return predicate ? `${type} ${names} if ${predicate.text}` : `${type} ${names}`;
}

interface Summary {
  readonly section: string;
  readonly summary: string;
  readonly description: string;
  readonly homepage: string | undefined;
}

/** What people are told of a package. Older ones have their summary as `description`. */
function summaryOf(one: IpsPackage): Summary {
  const told = one.information();
  const first = (name: string): string | undefined => told.get(name)?.[0];
  const homepage = first('info.upstream-url');
  return {
    // The scheme before the colon says who made the list of sections.
    section: oneLine((first('info.classification') ?? '').replace(/^[^:]*:/, '')),
    summary: oneLine(first('pkg.summary') ?? first('description') ?? ''),
    description: cut(plainLines(first('pkg.description') ?? ''), LONGEST_TEXT),
    homepage: homepage === undefined ? undefined : oneLine(homepage),
  };
}

/** One line of text that a catalogue tells, without what could be more than text. */
export const oneLine = (text: string): string => cut(plain(text.slice(0, LONGEST_LINE + 1)), LONGEST_LINE);

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
