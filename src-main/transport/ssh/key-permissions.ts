import { quoteArgument } from '../../../src-shared/shell-quote';
import { stat } from '../../system/files';

/** A private key file of this account that other accounts can read or change. `ssh` does not use it, and we do not either. */
export interface OpenKey {
  readonly file: string;
  /** The permissions in octal, as `ssh` prints them: 0644. */
  readonly mode: string;
}

/** The bits of the group and of others. */
const OTHERS = 0o077;

/** Checks a key file by the rule of OpenSSH (`sshkey_perm_ok`), which is about files of this account only. Throws the system's error. */
export async function openKey(file: string): Promise<OpenKey | undefined> {
  const { uid, mode } = await stat(file);
  if (uid !== process.getuid?.() || (mode & OTHERS) === 0) return undefined;
  return { file, mode: (mode & 0o777).toString(8).padStart(4, '0') };
}

/** The key as one thing that a refused login has tried. */
export const describeOpenKey = ({ file, mode }: OpenKey): string =>
  `not the key ${file}, which is open to other accounts (mode ${mode})`;

/** What the user can do; empty without such keys. */
export function openKeysHint(keys: readonly OpenKey[]): string[] {
  const files = [...new Set(keys.map(({ file }) => quoteArgument(file)))];
  return files.length === 0 ? [] : [`Only its owner may read a private key: chmod 600 ${files.join(' ')}.`];
}
