import { readPage } from '../../support/markdown';

/** One instruction of a page of the manual. */
export type Instruction =
  | { readonly kind: 'run'; readonly commands: string }
  | { readonly kind: 'click'; readonly name: string; readonly isAtTop: boolean }
  | { readonly kind: 'wait'; readonly text: string };

const FORMS =
  /^```sh\n(?<commands>.*?)^```|\bclick \*\*(?<name>.+?)\*\*(?<top> at the top right)?|\bwait until it (?:says|shows) \*\*(?<text>.+?)\*\*/gims;

/**
 * The instructions of a page, in order: commands in `sh` blocks, **Click** followed by a name in bold, **Wait until it
 * shows** followed by a text in bold.
 */
export function instructionsOf(page: string): Instruction[] {
  return [...readPage(page).matchAll(FORMS)].map(({ groups = {} }) => {
    const { commands, name, top, text = '' } = groups;
    if (commands !== undefined) return { kind: 'run', commands };
    return name === undefined ? { kind: 'wait', text } : { kind: 'click', name, isAtTop: top !== undefined };
  });
}
