import type { Listing } from '../../src-shared/rpc/common';

type Entry = Listing['entries'][number];

/** A path that is being typed: the folder that it is in, without the last slash, and the beginning of a name there. */
export function splitTyped(typed: string): { readonly folder: string; readonly start: string } {
  const slash = typed.lastIndexOf('/');
  return { folder: slash === 0 ? '/' : typed.slice(0, Math.max(0, slash)), start: typed.slice(slash + 1) };
}

/** The entries that a typed path can mean: all of its folder while no name has begun. Upper and lower case are the same. */
export function entriesFor(entries: readonly Entry[], start: string): readonly Entry[] {
  const wanted = start.toLowerCase();
  return entries.filter(({ name }) => name.toLowerCase().startsWith(wanted));
}

/** What Enter means for a typed path: to go into a folder, to take a file, or `undefined` for a path that is not in the list. */
export function meantBy(typed: string, listed: readonly Entry[]): Entry | undefined {
  const path = typed.length > 1 ? typed.replace(/\/+$/, '') : typed;
  const exact = listed.find((entry) => entry.path === path);
  if (exact) return exact;
  const { folder, start } = splitTyped(typed);
  const beside = listed.filter((entry) => splitTyped(entry.path).folder === folder);
  const found = start === '' ? [] : entriesFor(beside, start);
  return found.length === 1 ? found[0] : undefined;
}
