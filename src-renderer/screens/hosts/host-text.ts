import { plainText } from '../../../src-shared/logs/ansi';

/** Lines that come from a host, without control sequences: to be shown, and to be pasted into a terminal. */
export function hostText(text: string): string {
  return text.split(/\r?\n/).map(plainText).join('\n');
}
