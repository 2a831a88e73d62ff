/** Where the window runs: what decides which keys come to it, and what they are called. */
export interface Keyboard {
  readonly isBrowser: boolean;
  readonly isMac: boolean;
}

/** A command's keys as its person knows them; `undefined` where there are none, or where a browser keeps them for a window of its own. */
export function shownKeys(keys: string | undefined, { isBrowser, isMac }: Keyboard): string | undefined {
  if (isBrowser && keys === 'Mod+N') return undefined;
  return keys?.replace('Mod', isMac ? 'Command' : 'Ctrl');
}
