import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { screen, type BrowserWindow, type Rectangle } from 'electron';
import * as z from 'zod';
import { makeFoldersNow } from '../system/folders-now';

const kept = z.object({
  bounds: z.object({ x: z.number(), y: z.number(), width: z.number().min(200), height: z.number().min(200) }),
  isMaximized: z.boolean(),
});

/** The window's last place if it is on a display, otherwise a size that fits most displays. */
export function readWindowState(state: string): { bounds: Partial<Rectangle>; isMaximized: boolean } {
  try {
    const { bounds, isMaximized } = kept.parse(JSON.parse(readFileSync(fileOf(state), 'utf8')));
    const { workArea } = screen.getDisplayMatching(bounds);
    const isVisible =
      bounds.x < workArea.x + workArea.width &&
      bounds.x + bounds.width > workArea.x &&
      bounds.y >= workArea.y - 20 &&
      bounds.y < workArea.y + workArea.height;
    return { bounds: isVisible ? bounds : { width: bounds.width, height: bounds.height }, isMaximized };
  } catch {
    return { bounds: { width: 1360, height: 860 }, isMaximized: false }; // no saved place, or a damaged file
  }
}

/** Saves the window's place. Without a writable state folder the window opens in the middle. */
export function keepWindowState(state: string, window: BrowserWindow): void {
  try {
    makeFoldersNow(state);
    const content = { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() };
    // Complete or absent, also when the program is killed here.
    const temporary = `${fileOf(state)}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(content), { mode: 0o600 });
    renameSync(temporary, fileOf(state));
  } catch {
    // the window's place is not important
  }
}

const fileOf = (state: string): string => join(state, 'window.json');
