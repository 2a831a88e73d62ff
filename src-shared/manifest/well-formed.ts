import { SaxesParser } from 'saxes';
import { Entities } from './entities';

/** Elements nested deeper are refused, before anything recurses over them. */
const MAX_DEPTH = 256;
const CHUNK = 64 * 1024;

/** What the strict pass found out. */
export interface WellFormed {
  readonly entities: Entities;
  /** Range of the DOCTYPE declaration, if there is one. */
  readonly doctype: { readonly start: number; readonly end: number } | undefined;
}

/** Why a text is not well-formed XML, and where. */
export class NotWellFormed extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/**
 * The strict gatekeeper: refuses every text that is not well-formed or nested too deeply, before the lenient reader sees it.
 * Bounded time and memory: it builds nothing. Throws `NotWellFormed`.
 */
export function assertWellFormed(source: string): WellFormed {
  // fileName keeps its messages free of a position, which is given separately.
  const parser = new SaxesParser({ xmlns: false, position: true });
  let entities = new Entities('');
  let doctype: WellFormed['doctype'];
  let depth = 0;
  parser.on('error', (error) => {
    throw new NotWellFormed(error.message.replace(/^\d+:\d+: /, ''), Math.min(parser.position, source.length));
  });
  parser.on('doctype', (text) => {
    entities = new Entities(text);
    const end = parser.position;
    doctype = { start: source.lastIndexOf('<!DOCTYPE', end), end };
    for (const name of entities.names()) parser.ENTITIES[name] = '';
  });
  parser.on('opentagstart', () => {
    if (++depth > MAX_DEPTH) throw new NotWellFormed(`elements are nested deeper than ${MAX_DEPTH}`, parser.position);
  });
  parser.on('closetag', () => depth--);
  for (let at = 0; at < source.length; at += CHUNK) parser.write(source.slice(at, at + CHUNK));
  parser.close();
  return { entities, doctype };
}
