import { isMark, isWide } from '../logs/character-width';
import { defaultEntry, shownEntries, type BootMenu, type MenuEntry } from './menu';

/** Columns of a title on a screen of 80 columns: GRUB keeps the margins, the frame and the star (menu_text.c, grub_menu_init_page). */
export const TITLE_COLUMNS = 75;

/** Entries in the frame on a screen of 25 lines. */
export const FRAME_LINES = 13;

/** The mark of a title that is cut. */
const CUT = '→';

/** A line in the frame of GRUB's menu. */
export interface ScreenLine {
  readonly entry: MenuEntry;
  /** With the star of the highlighted entry, and cut as GRUB does. */
  readonly text: string;
  readonly isHighlighted: boolean;
}

/** What GRUB shows of a menu on a text screen. */
export interface MenuScreen {
  readonly lines: readonly ScreenLine[];
  /** Whether there are entries above or below the frame. */
  readonly isMoreAbove: boolean;
  readonly isMoreBelow: boolean;
}

/** Returns the screen, scrolled as far as it takes to show an entry (without one: the default). */
export function menuScreen(menu: BootMenu, shown?: MenuEntry): MenuScreen {
  const entries = shownEntries(menu);
  const highlighted = defaultEntry(menu);
  const wanted = shown ?? highlighted;
  const at = entries.findIndex((entry) => entry === wanted);
  const first = Math.max(0, at - FRAME_LINES + 1);
  const lines = entries.slice(first, first + FRAME_LINES).map((entry) => {
    const isHighlighted = entry === highlighted;
    return { entry, isHighlighted, text: `${isHighlighted ? '*' : ' '}${cutTitle(entry.title)}` };
  });
  return { lines, isMoreAbove: first > 0, isMoreBelow: first + FRAME_LINES < entries.length };
}

/** Whether GRUB shows only a part of a title. */
export function isCut(title: string): boolean {
  return columnsOf(title) > TITLE_COLUMNS;
}

function cutTitle(title: string): string {
  if (!isCut(title)) return title;
  let columns = 0;
  let kept = '';
  for (const character of title) {
    columns += columnsOf(character);
    if (columns >= TITLE_COLUMNS) break;
    kept += character;
  }
  return kept + CUT;
}

function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => {
    const code = character.codePointAt(0) ?? 0;
    if (isMark(code)) return sum;
    return sum + (isWide(code) ? 2 : 1);
  }, 0);
}
