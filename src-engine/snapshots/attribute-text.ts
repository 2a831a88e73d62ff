import { AppError } from '../../src-shared/errors';
import { exec } from '../system/exec';

/** The host manages SELinux labels, and XFS shows an access control list a second time. */
const IGNORED = /^(security\.selinux$|trusted\.SGI_ACL_)/;

/**
 * Where the extended attributes of an entry are read, including access control lists and capabilities: as text, or on
 * an inode whose path has one character per byte.
 */
export type AttributeSource = string | { readonly at: string };

/** The text of attributes: a line `NAME=0xHEX` for each, in the order of names. */
export function attributeText(attributes: readonly (readonly [name: string, value: Uint8Array])[]): string {
  return textOf(attributes.map(([name, value]) => `${name}=0x${Buffer.from(value).toString('hex')}`));
}

const textOf = (lines: readonly string[]): string =>
  lines
    .filter((line) => !IGNORED.test(line.slice(0, line.indexOf('='))))
    .sort()
    .join('\n');

/** The first problem that `getfattr` reports. File systems such as exFAT have no attributes, which is none. */
const problemIn = (stderr: string): string | undefined => {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return 'getfattr failed';
  return lines.find((line) => !line.endsWith(': Operation not supported'));
};

/**
 * Reads the attributes of inodes with one `getfattr`; Node cannot. Inodes without any are missing from the result.
 *
 * @param paths absolute, one character per byte; links are not followed
 */
export async function readAttributes(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (paths.length === 0) return found;
  const { code, stdout, stderr } = await exec(
    ['xargs', '-0', 'getfattr', '--absolute-names', '-h', '-d', '-m', '-', '-e', 'hex', '--'],
    {
      input: Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1'),
      encoding: 'latin1',
      okExitCodes: [0, 1, 123],
      env: { ...process.env, LC_ALL: 'C' },
      ...(signal && { signal }),
    },
  );
  const problem = code === 0 ? undefined : problemIn(stderr);
  if (problem !== undefined) throw new AppError('snapshot', problem);
  for (const block of stdout.split('\n\n')) {
    const [head = '', ...lines] = block.trim().split('\n');
    const path = head
      .replace(/^# file: /, '')
      .replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    if (head !== '') found.set(path, textOf(lines));
  }
  return found;
}
