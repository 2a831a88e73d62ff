import { keysFault } from '../../../src-shared/document/accounts';

/** The largest file that is taken for keys. */
export const MAX_KEY_FILE_BYTES = 64 * 1024;

/** The text of a file, or a pasted one, which has no name. */
interface KeyFile {
  readonly name: string;
  readonly text: string;
}

/** What files of keys add. */
interface AddedKeys {
  /** All keys, one per line. */
  readonly keys: string;
  /** How many are new. */
  readonly count: number;
  /** Why nothing is added. */
  readonly fault?: string;
}

/** Adds the keys of files to those that an account has. A file that is not one of public keys adds nothing, nor do the others. */
export function addedKeys(before: string, files: readonly KeyFile[]): AddedKeys {
  for (const { name, text } of files) {
    const fault = faultOf(text);
    if (fault !== undefined) return { keys: before, count: 0, fault: name === '' ? fault : `${name}: ${fault}` };
  }
  const old = linesOf(before);
  const known = new Set(old.map(withoutComment));
  const added: string[] = [];
  for (const line of files.flatMap(({ text }) => linesOf(text)).filter((one) => !one.startsWith('#'))) {
    if (known.has(withoutComment(line))) continue;
    known.add(withoutComment(line));
    added.push(line);
  }
  return { keys: [...old, ...added].join('\n'), count: added.length };
}

function faultOf(text: string): string | undefined {
  if (text.length >= MAX_KEY_FILE_BYTES || text.includes('\0') || linesOf(text).length === 0)
    return 'this is not a file of public SSH keys. Choose one that ends in .pub.';
  return keysFault(text);
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The same key may have another comment. */
const withoutComment = (line: string): string => /^.*?\sAAAA[A-Za-z0-9+/]+=*/.exec(` ${line}`)?.[0].trim() ?? line;
