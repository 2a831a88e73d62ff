import { AppError } from '../../../../src-shared/errors';
import { visible } from '../../../../src-shared/visible';
import { noCommonAlgorithm } from '../algorithms';
import { fingerprint } from '../host-keys';
import { describeOpenKey, type OpenKey } from '../key-permissions';
import { readKnownHosts } from '../known-hosts';
import { refusedLoginHint } from '../refused-login';

/** The last part of a host's text in a message, in UTF-16 units. */
const MAX_TEXT = 1000;

/** What `ssh` printed while it connected. */
export interface SshReport {
  /** `host`, or `[host]:port`. */
  readonly name: string;
  readonly user: string;
  /** All lines, with those of `-v`. */
  readonly lines: readonly string[];
}

/** Why `ssh` did not connect. OpenSSH prints in English in every locale. */
export async function explainSsh({ name, user, lines }: SshReport): Promise<AppError> {
  const printed = lines.filter((line) => !/^debug\d: /.test(line));
  const text = printed.join('\n');
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(text)) return changedKey(name, text);
  if (/REVOKED HOST KEY|marked as revoked/i.test(text))
    return new AppError(
      'refused',
      `The host key of ${name} is revoked. Nothing was sent.`,
      'Ask the administrator of the host for its current key.',
    );
  const mismatch = /no matching (.+?) found\. Their offer: (\S+)/.exec(text);
  if (mismatch?.[1] !== undefined) return noCommonAlgorithm(name, mismatch[1], mismatch[2]);
  // A proxy command may print its reason before the last line, which is that of ssh.
  const last = visible(printed.slice(-3).join('; ').slice(-MAX_TEXT)).replace(/\.$/, '') || 'it printed no message';
  const takes = /Permission denied \((.*)\)/.exec(text)?.[1];
  const disconnect = /^Received disconnect from .*?: ?\d+: (.*)$/m.exec(text)?.[1];
  const openKeys = [...text.matchAll(/^Permissions (\d+) for '(.+)' are too open\.$/gm)].map(
    ([, mode = '', file = '']): OpenKey => ({ file, mode }),
  );
  if (takes !== undefined || disconnect !== undefined)
    return new AppError(
      'refused',
      `${name} refused the login of ${user}${disconnect === undefined ? '' : ` (its message: ${visible(disconnect)})`}. Tried: ${triedIn(lines, openKeys)}. It accepts: ${takes?.replaceAll(',', ', ') ?? 'nothing more'}.`,
      refusedLoginHint(openKeys, disconnect),
    );
  if (/^(?:\S+: line \d+: )?.*(?:Bad configuration option|Bad owner or permissions|terminating, \d+ bad)/m.test(text))
    return new AppError('refused', `The SSH configuration cannot be used: ${last}.`, 'Correct ~/.ssh/config.');
  return new AppError(
    'unreachable',
    `The ssh command cannot reach ${name}: ${last}.`,
    'Check the address, the port and the network.',
  );
}

/** Both fingerprints, and the line to delete. */
async function changedKey(name: string, text: string): Promise<AppError> {
  const shown = /The fingerprint for the (\S+) key sent by the remote host is\s+(SHA256:\S+?)\.?$/m.exec(text);
  const [, file, line] = /^Offending \S+ key in (.+):(\d+)$/m.exec(text) ?? [];
  const { entries } = file === undefined ? { entries: [] } : await readKnownHosts([file]);
  const known = entries.find((entry) => entry.line === Number(line));
  return new AppError(
    'refused',
    `The host key of ${name} has changed: it shows ${shown?.[2]} (${shown?.[1]}), but the known key is ${known ? fingerprint(known.key) : 'another one'}. Nothing was sent.`,
    `If the host was reinstalled, ask its administrator for the new fingerprint, then delete line ${line} of ${file}. Otherwise another machine may be intercepting the connection.`,
  );
}

/** The methods of the login, as the lines of `-v` name them. */
function triedIn(lines: readonly string[], openKeys: readonly OpenKey[]): string {
  const tried = lines.flatMap((line) => {
    const key = /^debug1: (?:Offering public key|Trying private key): (.+?)(?: (?:RSA|DSA|ECDSA|ED25519).*)?$/.exec(
      line,
    )?.[1];
    const open = openKeys.find(({ file }) => file === key);
    if (open) return [describeOpenKey(open)];
    if (key !== undefined) return [`the key ${key}`];
    const refusal = /^sign_and_send_pubkey: (signing failed .+)$/.exec(line)?.[1];
    if (refusal !== undefined) return [visible(refusal)];
    const method = /^debug1: Next authentication method: (.+)$/.exec(line)?.[1];
    return method === undefined || method === 'publickey' ? [] : [method];
  });
  return [...new Set(tried)].join(', ') || 'nothing';
}
