import { childPath, elementAt, type ElementPath } from '../document/element-path';
import { addElement, addElements, moveAt, removeAt, setField, type NewElement } from '../document/fields';
import { inTurn } from '../document/in-turn';
import type { Edit } from '../manifest/splice';
import { childElements, type ManifestTree } from '../manifest/tree';
import { insertElements } from '../manifest/element-edits';
import { linuxLine } from './kernel-options';
import {
  entryPath,
  escaped,
  menuPath,
  rankOf,
  readMenu,
  shownEntries,
  USUAL_LINES,
  type MenuEntry,
  type MenuRule,
} from './menu';

/** Adds an entry as the last one of the menu. */
export function addEntry(tree: ManifestTree, rule: MenuRule): Edit {
  const menu = readMenu(tree, rule);
  const own = menu.entries.filter(({ index }) => index !== undefined);
  const hasPositions = own.length > 0 && own.every(({ position }) => position !== undefined);
  const position = hasPositions ? String(Math.max(...own.map(rankOf)) + 1) : undefined;
  return addElement(tree, menu.path, newEntry(freeSuffix('(new entry)', own), position, rule), 'Add boot entry');
}

function newEntry(suffix: string, position: string | undefined, { order }: MenuRule): NewElement {
  const lines = order === 'sorted' ? USUAL_LINES : [''];
  return {
    name: 'entry',
    ...(position !== undefined && { attributes: { position } }),
    children: [{ name: 'title_suffix', text: suffix }, ...lines.map((text) => ({ name: 'line', text }))],
  };
}

/** A suffix that no entry has. */
function freeSuffix(wanted: string, entries: readonly MenuEntry[]): string {
  const isTaken = (one: string): boolean => entries.some(({ suffix }) => suffix === one);
  if (!isTaken(wanted)) return wanted;
  for (let count = 2; ; count++) {
    const next = wanted.endsWith(')') ? `${wanted.slice(0, -1)} ${count})` : `${wanted} ${count}`;
    if (!isTaken(next)) return next;
  }
}

/** Removes an entry. The default stays with its entry. */
export function removeEntry(tree: ManifestTree, rule: MenuRule, index: number): Edit {
  const after = (other: number): number | undefined => {
    if (other === index) return undefined;
    return other < index ? other : other - 1;
  };
  return inTurn(
    tree,
    'Remove boot entry',
    (now) => removeAt(now, [entryPath(now, index)]),
    (now) => keepDefault(now, rule, tree, after),
  );
}

/** Inserts a copy of an entry after it, with another title. */
export function duplicateEntry(tree: ManifestTree, rule: MenuRule, index: number): Edit {
  const label = 'Duplicate boot entry';
  const menu = readMenu(tree, rule);
  const path = entryPath(tree, index);
  const element = elementAt(tree, path);
  const entry = menu.entries.find((one) => one.index === index);
  if (!element?.range || !element.parent || !entry) return { label, splices: [] };
  const { source } = tree;
  const { start, end } = element.range;
  const lead = /[ \t]*$/.exec(source.slice(Math.max(0, start - 400), start))?.[0] ?? '';
  const copy = source.slice(start, end).replaceAll(`\n${lead}`, '\n');
  const siblings = childElements(element.parent);
  const next = siblings[siblings.indexOf(element) + 1];
  const suffix = freeSuffix(entry.suffix === '' ? '(copy)' : entry.suffix, menu.entries);
  return inTurn(
    tree,
    label,
    (now) => ({ label, splices: insertElements(now, element.parent ?? now.root, next, [copy]) }),
    (now) => setField(now, `${entryPath(now, index + 1)}/title_suffix`, undefined, suffix),
    (now) =>
      rule.order === 'inserted' && entry.position !== undefined
        ? setField(now, entryPath(now, index + 1), 'position', String(rankOf(entry) + 1))
        : { label, splices: [] },
    (now) => keepDefault(now, rule, tree, (other) => (other <= index ? other : other + 1)),
  );
}

/**
 * Moves an entry to a place of the menu, counted in its entries as they are now. Positions are written where they change, and the
 * elements are moved where positions do not decide. The default stays with its entry.
 */
export function moveEntry(tree: ManifestTree, rule: MenuRule, index: number, to: number): Edit {
  const label = 'Move boot entry';
  const { entries } = readMenu(tree, rule);
  const own = entries.filter((entry) => entry.index !== undefined);
  const moved = own.find((entry) => entry.index === index);
  const made = entries.length - own.length;
  const before = own[Math.max(0, to - made)];
  if (!moved || before === moved) return { label, splices: [] };
  const others = own.filter((entry) => entry !== moved);
  const at = before ? others.indexOf(before) : others.length;
  const wanted = [...others.slice(0, at), moved, ...others.slice(at)];
  if (wanted.every((entry, place) => entry === own[place])) return { label, splices: [] };
  const positions = own.map(({ position }) => position);
  if (rule.order === 'sorted' && isDecided(own))
    return inTurn(tree, label, ...setPositions(wanted, positions), (now) =>
      keepDefault(now, rule, tree, (other) => other),
    );
  // The elements get the order of the menu, and the positions rise with it: right by either rule.
  const byElement = wanted.map((entry, place) => ({ ...entry, index: place }));
  return inTurn(
    tree,
    label,
    (now) => inOrder(now, wanted),
    ...setPositions(byElement, risingPositions(own, rule)),
    (now) => keepDefault(now, rule, tree, (other) => wanted.findIndex((entry) => entry.index === other)),
  );
}

/** The positions in rising order, those without one last. An entry that is inserted at the place of another one would be before it. */
function risingPositions(entries: readonly MenuEntry[], { order }: MenuRule): (string | undefined)[] {
  const ranks = entries
    .filter(({ position }) => position !== undefined)
    .map(rankOf)
    .sort((a, b) => a - b);
  let last = -1;
  const rising = ranks.map((rank) => (last = order === 'inserted' ? Math.max(rank, last + 1) : rank));
  return entries.map((_, place) => (place < rising.length ? String(rising[place]) : undefined));
}

/** Whether positions alone decide the order. */
function isDecided(entries: readonly MenuEntry[]): boolean {
  return new Set(entries.map(rankOf)).size === entries.length;
}

/** Gives the elements this order, one after the other. */
function inOrder(tree: ManifestTree, wanted: readonly MenuEntry[]): Edit {
  const order = wanted.flatMap(({ index }) => (index === undefined ? [] : [index]));
  const steps: ((now: ManifestTree) => Edit)[] = [];
  const present = [...order].sort((a, b) => a - b);
  order.forEach((index, place) => {
    const from = present.indexOf(index);
    if (from === place) return;
    present.splice(place, 0, ...present.splice(from, 1));
    steps.push((now) => moveAt(now, [entryPath(now, from)], place, 'Move boot entry'));
  });
  return inTurn(tree, 'Move boot entry', ...steps);
}

function setPositions(
  entries: readonly MenuEntry[],
  positions: readonly (string | undefined)[],
): ((now: ManifestTree) => Edit)[] {
  return entries.flatMap(({ index, position }, place) =>
    index === undefined || position === positions[place]
      ? []
      : [(now: ManifestTree) => setField(now, entryPath(now, index), 'position', positions[place])],
  );
}

/** Makes an entry the default one. The number is its place on the screen. */
export function setDefault(tree: ManifestTree, place: number): Edit {
  return {
    ...setField(tree, `${menuPath(tree)}/default_entry`, undefined, String(place)),
    label: 'Change default boot entry',
  };
}

/**
 * Writes the number of the default again, where entries before it came or went.
 *
 * @param before the manifest before the change
 * @param after the number of an entry among the elements now; `undefined` when it was removed
 */
function keepDefault(
  now: ManifestTree,
  rule: MenuRule,
  before: ManifestTree,
  after: (index: number) => number | undefined,
): Edit {
  const nothing: Edit = { label: 'Keep default boot entry', splices: [] };
  const old = readMenu(before, rule);
  const kept = shownEntries(old)[old.defaultIndex];
  // Entries of the step are counted too, and a number without an entry is reported, not changed.
  if (rule.hasOthers || !kept) return nothing;
  const index = kept.index === undefined ? undefined : after(kept.index);
  const menu = readMenu(now, rule);
  const isRemoved = kept.index !== undefined && index === undefined;
  const place = isRemoved ? 0 : shownEntries(menu).findIndex((entry) => entry.index === index);
  return place < 0 || place === menu.defaultIndex ? nothing : setDefault(now, place);
}

/** Writes the kernel options of an entry with the usual lines. */
export function setOptions(tree: ManifestTree, path: ElementPath, options: readonly string[]): Edit {
  const edit = setField(tree, childPath(path, 'line'), undefined, escaped(linuxLine(options)));
  return { label: 'Change kernel options', splices: edit.splices };
}

/** Writes the GRUB commands of an entry: existing lines get the new text, others are added or removed. Typing is one gesture. */
export function setLines(tree: ManifestTree, path: ElementPath, lines: readonly string[]): Edit {
  const label = 'Change GRUB lines';
  const element = elementAt(tree, path);
  if (!element) return { label, splices: [] };
  const wanted = lines.length === 0 ? [''] : lines.map(escaped);
  const count = childElements(element, 'line').length;
  const edit = inTurn(
    tree,
    label,
    (now) =>
      removeAt(
        now,
        Array.from({ length: Math.max(0, count - wanted.length) }, (_, at) =>
          childPath(path, 'line', wanted.length + at),
        ),
      ),
    ...wanted
      .slice(0, count)
      .map((line, at) => (now: ManifestTree) => setField(now, childPath(path, 'line', at), undefined, line)),
    (now) =>
      addElements(
        now,
        path,
        wanted.slice(count).map((text) => ({ name: 'line', text })),
        undefined,
        label,
      ),
  );
  return { ...edit, gesture: `lines ${path}` };
}
