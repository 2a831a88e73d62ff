import { childPath, elementAt, type ElementPath } from '../document/element-path';
import { ArgslistError, splitTokens } from '../manifest/argslist';
import { detectLayout, partsOf } from '../manifest/layout';
import { attributeValue, childElements, directText, type ElementNode, type ManifestTree } from '../manifest/tree';

/** How the step that writes the menu orders the entries. */
export interface MenuRule {
  /** `sorted`: by position, those without one last (boot-menu.sh of the templates). `inserted`: each at its position (the original). */
  readonly order: 'sorted' | 'inserted';
  /** Whether the step adds entries that are not known here. Positions count them too. */
  readonly hasOthers: boolean;
  /** The seconds before the default entry starts, where the manifest has none. */
  readonly timeout: number;
}

/** The rule of the templates' grub-setup: the first entry is its own, and has the title alone. */
export const TEMPLATE_RULE: MenuRule = { order: 'sorted', hasOthers: false, timeout: 5 };

/** The rule of the original's grub_setup: it has entries of its own, which depend on the kind of image. */
export const ORIGINAL_RULE: MenuRule = { order: 'inserted', hasOthers: true, timeout: 30 };

/** Returns the rule of a document by the paths of its scripts. */
export function ruleFor(scripts: readonly string[]): MenuRule {
  return scripts.some((path) => /(^|\/)boot-menu\.sh$/.test(path)) ? TEMPLATE_RULE : ORIGINAL_RULE;
}

/** Whether a step writes a boot menu, by the name of its script. */
export function writesMenu(script: string | undefined): boolean {
  return /(^|\/)(grub|loader)[-_]?(setup|menu|config)(\.\w+)?$/.test(script ?? '');
}

/** An entry of the boot menu. */
export interface MenuEntry {
  /** Number of the entry among those of the manifest; `undefined`: the step makes it. */
  readonly index: number | undefined;
  /** What GRUB shows. */
  readonly title: string;
  readonly suffix: string;
  readonly position: string | undefined;
  /** GRUB commands, as the step gets them. */
  readonly lines: readonly string[];
  /** Set when the step leaves the entry out, because its title does not find it: see `withoutLost`. */
  readonly isLeftOut: boolean;
}

/** The boot menu of a manifest. */
export interface BootMenu {
  /** Path of its element, which may be missing. */
  readonly path: ElementPath;
  readonly title: string;
  /** In the order of the screen. */
  readonly entries: readonly MenuEntry[];
  /** The index of the default entry, among the entries that are not left out. */
  readonly defaultIndex: number;
  readonly timeout: number;
  readonly rule: MenuRule;
}

/** The lines of an entry that starts the image's own kernel. */
export const USUAL_LINES = ['linux $kernel $options', 'initrd $initrd'] as const;

/** Path of the boot menu's element. */
export function menuPath(tree: ManifestTree): ElementPath {
  return `${partsOf(detectLayout(tree.root)).image}/grub_menu_modifications`;
}

/** Path of an entry of the manifest. */
export function entryPath(tree: ManifestTree, index: number): ElementPath {
  return childPath(menuPath(tree), 'entry', index);
}

/** Reads the boot menu as the step will write it. */
export function readMenu(tree: ManifestTree, rule: MenuRule): BootMenu {
  const path = menuPath(tree);
  const element = elementAt(tree, path);
  const text = (name: string): string | undefined => {
    const child = element && childElements(element, name)[0];
    return child && directText(child);
  };
  const title = oneLine(text('title') ?? '') || (tokensOf(attributeValue(tree.root, 'name') ?? '')[0] ?? '');
  const own = withoutLost(
    (element ? childElements(element, 'entry') : []).map((entry, index) => read(entry, index, title)),
    rule,
  );
  const made: MenuEntry[] = rule.hasOthers
    ? []
    : [{ index: undefined, title, suffix: '', position: undefined, lines: USUAL_LINES, isLeftOut: false }];
  return {
    path,
    title,
    entries: rule.order === 'sorted' ? [...made, ...sorted(own)] : inserted(made, own),
    defaultIndex: wholeNumber(text('default_entry')) ?? 0,
    timeout: wholeNumber(text('timeout')) ?? rule.timeout,
    rule,
  };
}

/** The entries that are on the screen. */
export function shownEntries({ entries }: BootMenu): readonly MenuEntry[] {
  return entries.filter(({ isLeftOut }) => !isLeftOut);
}

/** The default entry. For a number that no entry has, GRUB starts the first one. */
export function defaultEntry(menu: BootMenu): MenuEntry | undefined {
  const shown = shownEntries(menu);
  return shown[menu.defaultIndex] ?? shown[0];
}

/** An entry, and whether its title can find it: the manifest server gives it in one piece, without both kinds of quotes. */
type ReadEntry = MenuEntry & { readonly isFound: boolean };

function read(element: ElementNode, index: number, title: string): ReadEntry {
  const text = directTextOf(element, 'title_suffix');
  const suffix = oneLine(text);
  return {
    index,
    title: `${title} ${suffix}`,
    suffix,
    position: attributeValue(element, 'position'),
    lines: childElements(element, 'line').flatMap((line) => tokensOf(directText(line))),
    isLeftOut: false,
    isFound: suffix !== '' && tokensOf(text).length < 2 && !(suffix.includes('"') && suffix.includes("'")),
  };
}

/**
 * boot-menu.sh finds entries by position and title, so a second one with both is lost. Of the entries without a position that their titles
 * do not find, it adds one after all others, because it cannot distinguish several.
 */
function withoutLost(entries: readonly ReadEntry[], { order }: MenuRule): MenuEntry[] {
  const isRest = (entry: ReadEntry): boolean =>
    entry.position === undefined &&
    (!entry.isFound || entries.some((other) => other.suffix === entry.suffix && other.position !== undefined));
  const isTwin = (entry: ReadEntry, at: number): boolean =>
    entries.some((other, place) => place < at && other.suffix === entry.suffix && other.position === entry.position);
  if (order !== 'sorted') return entries.map((entry) => withLoss(entry, false));
  const rest = entries.filter(isRest);
  const others = entries.flatMap((entry, at) => (isRest(entry) ? [] : [withLoss(entry, isTwin(entry, at))]));
  return [...others, ...rest.map((entry) => withLoss(entry, rest.length > 1))];
}

const withLoss = ({ isFound: _, ...entry }: ReadEntry, isLeftOut: boolean): MenuEntry => ({ ...entry, isLeftOut });

/** The place of an entry without a position: after all that have one. */
const LAST = 999;

/** The number that entries are sorted by. */
export function rankOf({ position }: Pick<MenuEntry, 'position'>): number {
  return position === undefined ? LAST : (wholeNumber(position) ?? 0);
}

function sorted(entries: readonly MenuEntry[]): MenuEntry[] {
  return [...entries].sort((a, b) => rankOf(a) - rankOf(b));
}

function inserted(made: readonly MenuEntry[], entries: readonly MenuEntry[]): MenuEntry[] {
  const all = [...made];
  for (const entry of entries) all.splice(entry.position === undefined ? all.length : rankOf(entry), 0, entry);
  return all;
}

function directTextOf(element: ElementNode, name: string): string {
  const child = childElements(element, name)[0];
  return child ? directText(child) : '';
}

/** A text as steps get it: in pieces where it has quotes without a backslash. */
function tokensOf(text: string): readonly string[] {
  try {
    return splitTokens(text);
  } catch (error) {
    if (error instanceof ArgslistError) return [text];
    throw error;
  }
}

const oneLine = (text: string): string => tokensOf(text).join(' ').replaceAll('\n', ' ').trim();

/** Writes a text so that steps get its quotes and do not split it. */
export function escaped(text: string): string {
  return text.replace(/["']/g, '\\$&');
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : undefined;
}
