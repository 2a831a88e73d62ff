import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/**
 * The file of `NODE_EXTRA_CA_CERTS`, which the start of the engine keeps Node from reading
 * (`tools/bundle/start-lines.mjs`), and the app as well.
 */
const DEFERRED = 'SLIPWAY_EXTRA_CA_CERTS';

/** Restores the caller's variable for tools that the engine starts. */
export function restoreExtraCertificates(): void {
  const file = process.env[DEFERRED];
  if (file !== undefined) process.env['NODE_EXTRA_CA_CERTS'] ||= file;
}

/** The trusted certificates, for the option `ca` of a request; `undefined`: Node's own list. */
export function trustedCertificates(): string[] | undefined {
  const file = process.env[DEFERRED];
  if (file === undefined) return undefined;
  try {
    return [...rootCertificates, readFileSync(file, 'utf8')];
  } catch {
    return undefined; // Node ignores a file that it cannot read
  }
}
