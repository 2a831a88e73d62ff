/** Where the window runs. This decides which keys it receives, and their names. */
export interface Keyboard {
  readonly isBrowser: boolean;
  readonly isMac: boolean;
}

/** A command's keys as shown; `undefined` without keys, or when the browser reserves them. */
export function shownKeys(keys: string | undefined, { isBrowser, isMac }: Keyboard): string | undefined {
  if (isBrowser && keys === 'Mod+N') return undefined;
  return keys?.replace('Mod', isMac ? 'Command' : 'Ctrl');
}
