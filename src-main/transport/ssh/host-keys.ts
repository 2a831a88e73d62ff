import { createHash } from 'node:crypto';
import { AppError } from '../../../src-shared/errors';
import { addKnownHost, keyType, knownHostName, namesMatch, readKnownHosts, type KnownHost } from './known-hosts';

const STANDARD_PORT = 22;

/** Where known host keys are read, and the decision about unknown ones. */
export interface HostKeyPolicy {
  /** `known_hosts` files that are only read: the user's, the system's. */
  readonly read: readonly string[];
  /** Slipway's own file: read as well, and extended by accepted keys. */
  readonly own: string;
  /** Asks whether to trust an unknown key. Nothing has been sent to the host before the answer. */
  accept(question: UnknownHostKey): Promise<boolean>;
}

/** The key that the user decides about. */
export interface UnknownHostKey {
  readonly host: string;
  readonly port: number;
  /** The algorithm's name. */
  readonly type: string;
  /** As OpenSSH prints it: `SHA256:…`. */
  readonly fingerprint: string;
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** `expected` has all lines with a key of the host. */
  | { readonly kind: 'changed'; readonly expected: readonly KnownHost[] }
  | { readonly kind: 'revoked' };

/**
 * Compares the key that a host has shown with the known ones. A revoked key is refused even if another line accepts it. As in `ssh`, a line
 * without a port accepts its key at every port of which no other key is known.
 */
export function judgeHostKey(entries: readonly KnownHost[], host: string, port: number, key: Buffer): HostKeyVerdict {
  const verdict = judgeAt(entries, host, port, key);
  if (verdict.kind !== 'unknown' || port === STANDARD_PORT) return verdict;
  const withoutPort = judgeAt(entries, host, STANDARD_PORT, key);
  return withoutPort.kind === 'changed' ? verdict : withoutPort;
}

function judgeAt(entries: readonly KnownHost[], host: string, port: number, key: Buffer): HostKeyVerdict {
  const about = linesAbout(entries, host, port);
  const shown = key.toString('base64');
  const same = about.filter(({ key, mark }) => key === shown && mark !== 'cert-authority');
  if (same.some(({ mark }) => mark === 'revoked')) return { kind: 'revoked' };
  if (same.length > 0) return { kind: 'known' };
  const expected = about.filter(({ mark }) => mark === 'none');
  return expected.length > 0 ? { kind: 'changed', expected } : { kind: 'unknown' };
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer | string): string {
  const bytes = typeof key === 'string' ? Buffer.from(key, 'base64') : key;
  return `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`;
}

/** Judges the keys that one host shows during one connection. */
export interface HostKeyJudge {
  /** Algorithms of the known keys. They are requested first, because a host with two keys could otherwise show the unknown one. */
  readonly preferred: readonly string[];
  /** Returns the reason to stop, or `undefined` to continue. A new key exchange in the same connection must show the same key. */
  judge(key: Buffer): Promise<AppError | undefined>;
}

/** Reads the files. `AppError('refused')` when one of them cannot be read. */
export async function createHostKeyJudge(policy: HostKeyPolicy, host: string, port: number): Promise<HostKeyJudge> {
  const { entries } = await readKnownHosts([...policy.read, policy.own]);
  let accepted: Buffer | undefined;
  const known = linesAbout(entries, host, port).filter(({ mark }) => mark === 'none');
  return {
    preferred: [...new Set(known.flatMap(({ type }) => signaturesOf(type)))],
    async judge(key) {
      if (accepted?.equals(key)) return undefined;
      const verdict = judgeHostKey(entries, host, port, key);
      const name = knownHostName(host, port);
      const shown = `${fingerprint(key)} (${keyType(key)})`;
      // Also when the other key is known or the user would accept it: the machine at the other end may be another one.
      if (accepted)
        return new AppError(
          'refused',
          `The host key of ${name} has changed during the connection: it was ${fingerprint(accepted)}, and is ${shown}.`,
          'Connect again. If the key is refused again, another machine may be intercepting the connection.',
        );
      switch (verdict.kind) {
        case 'known':
          break;
        case 'revoked':
          return new AppError(
            'refused',
            `The host key of ${name} is revoked: ${shown}. Nothing was sent.`,
            'Ask the administrator of the host for its current key.',
          );
        case 'changed':
          return new AppError(
            'refused',
            `The host key of ${name} has changed: it shows ${shown}, but the known key is ${verdict.expected.map((entry) => fingerprint(entry.key)).join(', ')}. Nothing was sent.`,
            `If the host was reinstalled, ask its administrator for the new fingerprint, then delete ${placesOf(verdict.expected)}. Otherwise another machine may be intercepting the connection.`,
          );
        case 'unknown':
          if (!(await policy.accept({ host, port, type: keyType(key), fingerprint: fingerprint(key) })))
            return new AppError(
              'cancelled',
              `The host key of ${name} was not accepted: ${shown}. Nothing was sent.`,
              'Connect again to decide again.',
            );
          await addKnownHost(policy.own, name, key);
      }
      accepted = key;
      return undefined;
    },
  };
}

function linesAbout(entries: readonly KnownHost[], host: string, port: number): KnownHost[] {
  const name = knownHostName(host, port);
  return entries.filter(({ names }) => namesMatch(names, name));
}

/** The lines and files of all entries as text. With one entry left, the next attempt would fail at that one. */
function placesOf(entries: readonly KnownHost[]): string {
  const files = [...new Set(entries.map(({ file }) => file))].map((file) => {
    const lines = entries.filter((entry) => entry.file === file).map(({ line }) => line);
    return `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')} of ${file}`;
  });
  return files.join(' and ');
}

/** Signature algorithms of a key type. RSA keys sign with newer hashes than their name (RFC 8332). Outdated types, and those that need a token, are left out. */
function signaturesOf(type: string): string[] {
  if (type === 'ssh-rsa') return ['rsa-sha2-512', 'rsa-sha2-256'];
  return /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521))$/.test(type) ? [type] : [];
}
