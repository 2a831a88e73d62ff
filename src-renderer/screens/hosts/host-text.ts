import { plainText } from '../../../src-shared/logs/ansi';

/** Removes control sequences from a host's text, so that it is safe to show and to paste into a terminal. */
export function hostText(text: string): string {
  return text.split(/\r?\n/).map(plainText).join('\n');
}
