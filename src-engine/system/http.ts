import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { trustedCertificates } from './extra-certificates';
import { lookupWithTimeout } from './lookup';
import { withoutLogin } from '../../src-shared/without-login';

/** The timeout for the start of an answer, redirects included, unless the caller sets one. */
const TIMEOUT_MS = 5000;
const MAX_REDIRECTS = 5;

/** The answer could not be determined. This does not mean that a step will fail. */
export class NotTestable extends Error {}

/**
 * Requests a file from a server as a step would: through the proxy that the environment names, where that is a plain
 * HTTP one. The caller reads the answer's body, or destroys it.
 *
 * Rejects with a plain `Error` when there is no answer within the timeout, and with `NotTestable` where only a step
 * could determine it.
 */
export async function get(url: URL, timeoutMs = TIMEOUT_MS): Promise<IncomingMessage> {
  const until = Date.now() + timeoutMs;
  for (let at = url, left = MAX_REDIRECTS; ; left--) {
    const answer = await getOnce(at, Math.max(1, until - Date.now()), timeoutMs);
    const { location } = answer.headers;
    if (location === undefined || ![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0)) return answer;
    answer.destroy();
    if (left === 0) throw new Error(`${withoutLogin(url.href)} has too many redirects`);
    at = new URL(location, at);
  }
}

function getOnce(url: URL, remainingMs: number, timeoutMs: number): Promise<IncomingMessage> {
  if (!['http:', 'https:'].includes(url.protocol))
    throw new NotTestable(`${url.protocol} addresses cannot be read here`);
  const proxy = proxyFor(url, process.env);
  const headers = { 'user-agent': 'Slipway doctor', 'cache-control': 'no-cache', host: url.host };
  const options = { agent: false, headers, lookup: lookupWithTimeout(remainingMs) } as const;
  const asked = proxy
    ? plainRequest(proxy, { ...options, path: url.href, headers: { ...headers, ...proxyLogin(proxy) } })
    : url.protocol === 'https:'
      ? tlsRequest(url, { ...options, ca: trustedCertificates() })
      : plainRequest(url, options);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => asked.destroy(new Error(`${url.host} did not answer within ${timeoutMs / 1000} s`)),
      remainingMs,
    );
    asked.on('response', (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    asked.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(isTrust(error.code) ? new NotTestable(`Node does not trust the certificate of ${url.host}`) : error);
    });
    asked.end();
  });
}

/**
 * Whether an error is about trust in a certificate. Steps may use other lists of authorities than Node. A wrong date is
 * wrong for all.
 */
function isTrust(code: string | undefined): boolean {
  return /CERT|ISSUER|SIGNATURE/.test(code ?? '') && !['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'].includes(code ?? '');
}

/**
 * The proxy that the environment names for an address; `undefined`: none. Throws `NotTestable` for one that needs more
 * than plain HTTP.
 */
function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const isTls = url.protocol === 'https:';
  const named = isTls ? (env['https_proxy'] ?? env['HTTPS_PROXY']) : env['http_proxy'];
  if (!named || isExcepted(url.hostname, env['no_proxy'] ?? env['NO_PROXY'] ?? '')) return undefined;
  const proxy = URL.canParse(named) ? new URL(named) : undefined;
  if (isTls || proxy?.protocol !== 'http:')
    throw new NotTestable(`${url.host} is reached through a proxy, which only a step can test`);
  return proxy;
}

/** Whether a host is in a list of names and name endings, separated by commas; `*` means all. */
function isExcepted(host: string, list: string): boolean {
  const names = list.split(/[\s,]+/).map((name) => name.replace(/^\*?\./, '').replace(/:\d+$/, ''));
  return names.some((name) => name !== '' && (name === '*' || host === name || host.endsWith(`.${name}`)));
}

function proxyLogin({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}
