import { AppError } from '../../../src-shared/errors';
import { fetchedElsewhere } from './fetch-lock';
import type { PrivateApt } from './private-apt';

/**
 * Fetches the package lists. APT replaces the lists of a repository all together or not at all, and only when its
 * signature covers them.
 *
 * Throws `AppError`: `refused` for a wrong signature or checksum, `locked` while another process fetches, `unreachable`
 * otherwise.
 */
export async function update(apt: PrivateApt): Promise<void> {
  const { code, stderr } = await apt.run(['apt-get', 'update'], [0, 100]);
  const isOlder = /^W: (Failed to fetch|Some index files failed)/m.test(stderr); // APT before 2.1 exits with 0 in this case.
  if (code === 0 && !isOlder) return;
  throw failureOf(stderr);
}

const UNSIGNED =
  /is not signed|GPG error|NO_PUBKEY|BADSIG|EXPKEYSIG|signatures? (were|was) invalid|no longer signed|Clearsigned file/;
const BROKEN =
  /Hash Sum mismatch|unexpected size|Unable to parse|does not match|Encountered a section|is not valid yet|is expired/;

function failureOf(stderr: string): AppError {
  const lines = stderr.split('\n').filter((line) => /^[EW]: /.test(line) && !/Some index files failed/.test(line));
  const linesOf = (pattern: RegExp): string[] => lines.filter((line) => pattern.test(line));
  const joined = (found: readonly string[]): string =>
    [...new Set(found.map((line) => line.slice(3).replace(/\s+/g, ' ').trim()))].slice(0, 3).join(' ');
  if (/Could not get lock/.test(stderr)) return fetchedElsewhere();
  const unsigned = linesOf(UNSIGNED);
  if (unsigned.length > 0)
    return new AppError(
      'refused',
      `A package list is not signed by a key that this host trusts: ${joined(unsigned)}`,
      'The list was not used. If the repository is right, put its key into /etc/apt/trusted.gpg.d of the build host, or name it in the source: [signed-by=FILE].',
    );
  const broken = linesOf(BROKEN);
  if (broken.length > 0)
    return new AppError(
      'refused',
      `A package list is not what its repository signed: ${joined(broken)}`,
      'The list was not used. The mirror may be in the middle of an update, or a proxy has an old file: try again in a few minutes, or use another mirror.',
    );
  return new AppError(
    'unreachable',
    `The package lists could not be fetched: ${joined(linesOf(/^E: /)) || stderr.trim() || 'APT gives no reason'}`,
    'Correct the address in the repositories, or check the network of the build host, then try again.',
  );
}
