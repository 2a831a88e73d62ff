import { createHmac } from 'node:crypto';
import { appendFile, makeFolders, readFile } from '../../system/files';
import { dirname } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { explainFailure } from '../../../src-shared/explain-failure';

/** One line of a `known_hosts` file: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
export interface KnownHost {
  /** `cert-authority`: its key signs the keys of hosts. Only the `ssh` command verifies these. */
  readonly mark: 'none' | 'revoked' | 'cert-authority';
  /** The first field: patterns, or one hashed name. */
  readonly names: string;
  /** The algorithm's name. */
  readonly type: string;
  /** The public key, in base64 as in the file. */
  readonly key: string;
  /** The line's file, and its number from 1. */
  readonly file: string;
  readonly line: number;
}

/** The usable lines, and messages about the others. */
export interface KnownHosts {
  readonly entries: readonly KnownHost[];
  readonly ignored: readonly string[];
}

const MARKS: Readonly<Record<string, KnownHost['mark']>> = {
  '@revoked': 'revoked',
  '@cert-authority': 'cert-authority',
};

/** The lines of a `known_hosts` text. `file` is its name in messages. */
export function parseKnownHosts(text: string, file: string): KnownHosts {
  const entries: KnownHost[] = [];
  const ignored: string[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const fields = line.trim().split(/[ \t]+/);
    const mark = fields[0]?.startsWith('@') ? fields.shift() : undefined;
    const [names = '', type, key] = fields;
    if (names === '' && mark === undefined) continue;
    if (names.startsWith('#')) continue;
    const where = `${file}, line ${at + 1}`;
    if (mark !== undefined && MARKS[mark] === undefined) ignored.push(`${where}: the mark ${mark} is not known.`);
    else if (type === undefined || key === undefined || !isKey(key, type))
      ignored.push(`${where}: it is not a host name with a public key.`);
    else entries.push({ mark: MARKS[mark ?? ''] ?? 'none', names, type, key, file, line: at + 1 });
  }
  return { entries, ignored };
}

/** All lines of some files, in their order; a file that does not exist has none. `AppError('refused')` for one that cannot be read. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHosts> {
  const all = await Promise.all(files.map(async (file) => parseKnownHosts(await textOf(file), file)));
  return { entries: all.flatMap(({ entries }) => entries), ignored: all.flatMap(({ ignored }) => ignored) };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    // Without the file a changed key would be taken for a new one.
    throw new AppError(
      'refused',
      `The known host keys cannot be read: ${explainFailure(code, message)}.`,
      `Correct ${file}.`,
    );
  }
}

/** Appends a line. Creates the file, readable by the user only, and its folder if they do not exist. `AppError('refused')` when it cannot be written. */
export async function addKnownHost(file: string, name: string, key: Buffer): Promise<void> {
  try {
    await makeFolders(dirname(file), 0o700);
    const text = await textOf(file);
    const start = text === '' || text.endsWith('\n') ? '' : '\n';
    await appendFile(file, `${start}${name} ${keyType(key)} ${key.toString('base64')}\n`, { mode: 0o600 });
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError(
      'refused',
      `The accepted host key of ${name} cannot be kept in ${file}: ${explainFailure(code, message)}. Nothing was sent.`,
      code === 'ENOSPC' ? 'Free some space on this computer, then connect again.' : `Correct ${file}.`,
    );
  }
}

/** The name of a host in the file: `[host]:port` when the port is not 22. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Whether the first field of a line matches a host, in the form of `knownHostName`. */
export function namesMatch(names: string, name: string): boolean {
  if (names.startsWith('|')) return hashMatches(names, name);
  const patterns = names.toLowerCase().split(',');
  // A negated pattern that matches wins over all others of its line.
  if (patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => matches(pattern, name));
}

/** `|1|salt|HMAC-SHA1 of the name, with the salt as its key`, both in base64: sshd(8). */
function hashMatches(names: string, name: string): boolean {
  const [, version, salt, hash] = names.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` is any run of characters and `?` any one; all else is itself, brackets too. Its time is bounded by the product of both lengths. */
function matches(pattern: string, name: string): boolean {
  let [p, n, star, retry] = [0, 0, -1, 0];
  while (n < name.length) {
    if (pattern[p] === '*') [star, retry] = [p++, n];
    else if (pattern[p] === '?' || (p < pattern.length && pattern[p] === name[n])) [p, n] = [p + 1, n + 1];
    else if (star >= 0) [p, n] = [star + 1, ++retry];
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** A key blob begins with the length and the name of its algorithm: RFC 4253, 6.6. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return '';
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}

function isKey(base64: string, type: string): boolean {
  return keyType(Buffer.from(base64, 'base64')) === type;
}
