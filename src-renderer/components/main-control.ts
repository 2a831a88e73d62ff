/** A screen that is loaded at its first use may need this many frames. */
const MAX_FRAMES = 60;

/** Controls that a screen is used with, the best first: a list with its tab stop, a search, an editor, any field. */
const CONTROLS = [
  '[role=listbox] [role=option][tabindex="0"]',
  '[role=listbox][tabindex="0"]',
  'input[type=search]',
  '[contenteditable=true]',
  'input:not(:disabled), select:not(:disabled), textarea:not(:disabled)',
  'button:not(:disabled)',
];

/** Focuses the main list or search of a screen, as soon as the screen is in the page. */
export function focusMainControl(screen: HTMLElement | undefined): void {
  let frames = 0;
  const attempt = (): void => {
    const found = CONTROLS.map((control) => screen?.querySelector<HTMLElement>(control)).find(Boolean);
    if (found) found.focus();
    else if (++frames < MAX_FRAMES) requestAnimationFrame(attempt);
  };
  requestAnimationFrame(attempt);
}
