import { AppError } from '../../../src-shared/errors';
import { FETCH_TIMEOUT_MS } from './fetch-lock';
import type { PrivateApt } from './private-apt';
import type { AptSetup } from './setup';
import { hintFor } from './update-hint';

/**
 * Fetches the package lists. APT replaces the lists of a repository all together or not at all, and only when its
 * signature covers them.
 *
 * Throws `AppError`: `refused` for a wrong signature or checksum, `unreachable` otherwise, also when it takes too long.
 *
 * @returns `busy` while another process holds APT's lock on this folder
 */
export async function update(apt: PrivateApt, setup: AptSetup): Promise<'done' | 'busy'> {
  const { code, stderr } = await apt.run(['apt-get', 'update'], [0, 100], timeout());
  const isOlder = /^W: (Failed to fetch|Some index files failed)/m.test(stderr); // APT before 2.1 exits with 0 in this case.
  if (code === 0 && !isOlder) return 'done';
  if (/Could not get lock/.test(stderr)) return 'busy';
  throw failureOf(stderr, setup);
}

function timeout(): AbortSignal {
  const late = new AbortController();
  const reason = new AppError(
    'unreachable',
    `The package lists were not fetched within ${FETCH_TIMEOUT_MS / 60_000} minutes.`,
    'Check the network and the proxy of the build host, or use a nearer mirror, then try again.',
  );
  setTimeout(() => late.abort(reason), FETCH_TIMEOUT_MS).unref();
  return late.signal;
}

const UNSIGNED =
  /is not signed|GPG error|NO_PUBKEY|BADSIG|EXPKEYSIG|signatures? (were|was) invalid|no longer signed|Clearsigned file/;
const BROKEN =
  /Hash Sum mismatch|unexpected size|Unable to parse|does not match|Encountered a section|is not valid yet|is expired/;

function failureOf(stderr: string, setup: AptSetup): AppError {
  const lines = stderr.split('\n').filter((line) => /^[EW]: /.test(line) && !/Some index files failed/.test(line));
  const linesOf = (pattern: RegExp): string[] => lines.filter((line) => pattern.test(line));
  const joined = (found: readonly string[]): string =>
    [...new Set(found.map((line) => line.slice(3).replace(/\s+/g, ' ').trim()))].slice(0, 3).join(' ');
  // APT also calls a list unsigned when the server refuses to send its signature.
  const refused = linesOf(/Failed to fetch \S+\s+[345]\d\d /);
  const unsigned = refused.length > 0 ? [] : linesOf(UNSIGNED);
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
    hintFor(stderr, setup),
  );
}
