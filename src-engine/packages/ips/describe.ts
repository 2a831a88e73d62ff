import { toOneLine, toLines, type CatalogueEntry } from '../../../src-shared/packages/catalogue';
import type { PackageDetails } from '../../../src-shared/engine-answers/packages';
import type { IpsCatalogue } from './catalogue';
import type { Depend, IpsPackage } from './package';

/** Longer lines are cut. In characters. */
const MAX_LINE_LENGTH = 500;
const MAX_TEXT_LENGTH = 20_000;

/** Every package that can be installed, in the version that an installer chooses, sorted by name. */
export function entriesOf(catalogue: IpsCatalogue): CatalogueEntry[] {
  return catalogue.names().flatMap((name): CatalogueEntry[] => {
    const newest = catalogue.isOffered(name) ? catalogue.newest(name) : undefined;
    if (!newest) return [];
    const { section, summary } = summaryOf(newest);
    return [{ name, version: newest.versionText, section, summary, provides: [] }];
  });
}

/** All details of a package that the catalogues have. They have no sizes. */
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

/** `NAME@VERSION`, with the kind of dependency unless it is `require`. */
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

/** The texts about a package that users read. Older packages have their summary in `description`. */
function summaryOf(one: IpsPackage): Summary {
  const information = one.information();
  const first = (name: string): string | undefined => information.get(name)?.[0];
  const homepage = first('info.upstream-url');
  return {
    // The scheme before the colon identifies the author of the list of sections.
    section: oneLine((first('info.classification') ?? '').replace(/^[^:]*:/, '')),
    summary: oneLine(first('pkg.summary') ?? first('description') ?? ''),
    description: cut(toLines(first('pkg.description') ?? ''), MAX_TEXT_LENGTH),
    homepage: homepage === undefined ? undefined : oneLine(homepage),
  };
}

/** Cuts text of a catalogue to one line without control characters. */
export const oneLine = (text: string): string => cut(toOneLine(text.slice(0, MAX_LINE_LENGTH + 1)), MAX_LINE_LENGTH);

const cut = (text: string, limit: number): string => (text.length > limit ? `${text.slice(0, limit - 1)}…` : text);
