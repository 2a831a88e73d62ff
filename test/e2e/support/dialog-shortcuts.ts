/** Shortcuts that open a dialog from every section, with the dialog's title. */
export const DIALOG_SHORTCUTS = [
  ['Control+n', 'New from template'],
  ['Control+o', 'Open manifest'],
  ['Control+Shift+s', 'Save as'],
  ['Control+e', 'Export for the command line'],
  ['Control+k', 'Commands'],
] as const;
