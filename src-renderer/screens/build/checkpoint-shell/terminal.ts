import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type ITheme } from '@xterm/xterm';

/** A terminal in a page, in the colours of the app. */
export interface ShellTerminal {
  readonly terminal: Terminal;
  /** Adapts columns and rows to the element. */
  fit(): void;
  /** Puts the text into the page for screen readers. The library then does not accept text from emoji pickers. */
  readAloud(on: boolean): void;
  dispose(): void;
}

/**
 * Creates a terminal in an element. This module is loaded with the first shell, because the library is large.
 *
 * @param onleave called for the key that leaves the terminal
 */
export function createTerminal(element: HTMLElement, label: string, onleave: () => void): ShellTerminal {
  const terminal = new Terminal({
    theme: colours(),
    fontFamily: token('--mono'),
    fontSize: 13,
    lineHeight: 1.2,
    scrollback: 10_000,
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    // Also for colours that programs choose.
    minimumContrastRatio: 4.5,
  });
  const fitting = new FitAddon();
  terminal.loadAddon(fitting);
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey) return true;
    if (event.key === 'F6') onleave();
    else if (event.code === 'KeyC' && terminal.hasSelection())
      // Without access to the clipboard the text stays selected.
      void navigator.clipboard.writeText(terminal.getSelection()).catch(() => undefined);
    else return true;
    event.preventDefault();
    return false;
  });
  terminal.open(element);
  terminal.textarea?.setAttribute('aria-label', label);
  const scheme = matchMedia('(prefers-color-scheme: light)');
  const recolour = (): void => void (terminal.options.theme = colours());
  scheme.addEventListener('change', recolour);
  return {
    terminal,
    fit: () => fitting.fit(),
    readAloud: (on) => void (terminal.options.screenReaderMode = on),
    dispose: () => {
      scheme.removeEventListener('change', recolour);
      terminal.dispose();
    },
  };
}

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The sixteen terminal colours, from the app's. Bright colours are the same as normal ones. */
function colours(): ITheme {
  const isLight = matchMedia('(prefers-color-scheme: light)').matches;
  const [black, white] = isLight ? ['--fg-0', '--fg-3'] : ['--bg-3', '--fg-1'];
  const names: ITheme = {
    black,
    brightBlack: '--fg-3',
    red: '--bad',
    green: '--ok',
    yellow: '--warn',
    blue: '--run',
    magenta: '--run',
    cyan: '--accent',
    white,
    brightWhite: isLight ? '--fg-1' : '--fg-0',
    brightRed: '--bad',
    brightGreen: '--ok',
    brightYellow: '--warn',
    brightBlue: '--run',
    brightMagenta: '--run',
    brightCyan: '--accent',
    background: '--bg-0',
    foreground: '--fg-0',
    cursor: '--accent',
    cursorAccent: '--accent-ink',
    selectionBackground: '--bg-3',
  };
  return Object.fromEntries(Object.entries(names).map(([name, colour]) => [name, token(colour as string)]));
}
