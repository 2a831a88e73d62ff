import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** The file of `NODE_EXTRA_CA_CERTS` where the start of the engine has kept Node from reading it (`tools/bundle/start-lines.mjs`). */
const DEFERRED = 'SLIPWAY_EXTRA_CA_CERTS';

/** Gives tools that the engine starts the caller's variable. */
export function restoreExtraCertificates(): void {
  const file = process.env[DEFERRED];
  if (file !== undefined) process.env['NODE_EXTRA_CA_CERTS'] ??= file;
}

/** The certificates to trust, for the option `ca` of a request; `undefined`: those that Node trusts by itself. */
export function trustedCertificates(): string[] | undefined {
  const file = process.env[DEFERRED];
  if (file === undefined) return undefined;
  try {
    return [...rootCertificates, readFileSync(file, 'utf8')];
  } catch {
    return undefined; // Node ignores a file that it cannot read
  }
}
