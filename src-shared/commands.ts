import { SECTIONS } from './document/sections';

/** A command whose title and key never change. */
interface CommandText {
  readonly title: string;
  /** `Mod` is Ctrl, or Command on macOS. */
  readonly keys?: string;
}

/** Commands that are in the native menu and in the window's list of commands, by id. */
export const COMMANDS = {
  new: { title: 'New from template…', keys: 'Mod+N' },
  open: { title: 'Open manifest…', keys: 'Mod+O' },
  recent: { title: 'Open recent…', keys: 'Mod+R' },
  save: { title: 'Save', keys: 'Mod+S' },
  'save-as': { title: 'Save as…', keys: 'Mod+Shift+S' },
  export: { title: 'Export for the command line…', keys: 'Mod+E' },
  close: { title: 'Close the manifest' },
  undo: { title: 'Undo', keys: 'Mod+Z' },
  redo: { title: 'Redo', keys: 'Mod+Shift+Z' },
  build: { title: 'Build', keys: 'Mod+B' },
  'build-all': { title: 'Build from the beginning' },
  'resume-selected': { title: 'Resume from the selected checkpoint' },
  stop: { title: 'Stop the build' },
  timeline: { title: 'Show the timeline', keys: 'Mod+Shift+B' },
  prune: { title: 'Prune checkpoints…' },
  manual: { title: 'Manual', keys: 'F1' },
  palette: { title: 'Show all commands', keys: 'Mod+K' },
  support: { title: 'Save support bundle…' },
} as const satisfies Readonly<Record<string, CommandText>>;

/** Id of a command of `COMMANDS`. */
export type CommandId = keyof typeof COMMANDS;

/** The first nine sections have the keys Mod+1 to Mod+9. */
const MAX_NUMBERED_SECTIONS = 9;

/** The commands that show a section. */
export const SECTION_COMMANDS = SECTIONS.map(({ id, title }, index) => ({
  id: `section-${id}`,
  section: id,
  title,
  ...(index < MAX_NUMBERED_SECTIONS && { keys: `Mod+${index + 1}` }),
}));
