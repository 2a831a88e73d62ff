import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { dateState, NO_CONTENT } from '../../src-shared/checkpoints/fingerprint';
import { HASH_LENGTH, shortHash } from '../system/short-hash';

/** A server without validators is read up to this size. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The timeout of all URLs together. They are asked in parallel. */
export const URL_TIMEOUT_MS = 3000;

/**
 * The present state of a URL: a hash of its ETag, or the `dateState` of Last-Modified and length, or a hash of the content
 * where the server sends neither. `NO_CONTENT.missing` when the server does not have it; `NO_CONTENT.unreachable` when there is no
 * answer within the timeout.
 */
export async function urlState(url: string, timeoutMs = URL_TIMEOUT_MS): Promise<string> {
  if (!URL.canParse(url)) return NO_CONTENT.unreachable;
  const until = Date.now() + timeoutMs;
  try {
    // Loaded only for a URL, because most builds have none.
    const { get } = await import('../system/http');
    const answer = await get(new URL(url), timeoutMs);
    try {
      return await stateOf(answer, until);
    } finally {
      answer.destroy();
    }
  } catch {
    // Also an answer that breaks off: the state of the URL is recorded as not known.
    return NO_CONTENT.unreachable;
  }
}

async function stateOf(answer: IncomingMessage, until: number): Promise<string> {
  const { statusCode = 0, headers } = answer;
  if (statusCode === 404 || statusCode === 410) return NO_CONTENT.missing;
  if (statusCode < 200 || statusCode >= 300) return NO_CONTENT.unreachable;
  if (headers.etag) return shortHash(`etag ${headers.etag}`);
  if (headers['last-modified']) return dateState(shortHash(headers['last-modified']), headers['content-length']);
  return bodyHash(answer, until);
}

async function bodyHash(answer: IncomingMessage, until: number): Promise<string> {
  const timer = setTimeout(() => answer.destroy(new Error('too slow')), Math.max(1, until - Date.now()));
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of answer) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > MAX_BODY_BYTES) return NO_CONTENT.unreachable;
      hash.update(bytes);
    }
  } finally {
    clearTimeout(timer);
  }
  return hash.digest('hex').slice(0, HASH_LENGTH);
}
