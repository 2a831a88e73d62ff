import { SaxesParser } from 'saxes';
import { condense } from './condense';
import { Entities } from './entities';
import type { Range } from './tree';

/** Elements nested deeper are refused, before anything recurses over them. */
export const MAX_DEPTH = 256;

/** More elements, attributes and comments together are refused: the largest known manifest has 1,156. */
const MAX_NODES = 200_000;

const CHUNK = 64 * 1024;

/** The result of the strict pass. */
export interface WellFormed {
  readonly entities: Entities;
  /** The DOCTYPE declaration, if there is one. */
  readonly doctype: Range | undefined;
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
 * The strict check: refuses every text that is not well-formed, is nested too deeply or has too many nodes, before the
 * lenient reader sees it. Bounded time and memory: it builds nothing. Throws `NotWellFormed`.
 */
export function assertWellFormed(source: string): WellFormed {
  const short = condense(source);
  if (short !== undefined)
    try {
      return check(short);
    } catch (error) {
      if (!(error instanceof NotWellFormed)) throw error; // the full text gives the right place
    }
  return check(source);
}

function check(source: string): WellFormed {
  const parser = new SaxesParser({ xmlns: false, position: true });
  let entities = new Entities('');
  let doctype: Range | undefined;
  let depth = 0;
  let nodes = 0;
  const refuse = (message: string): never => {
    throw new NotWellFormed(message, Math.min(parser.position, source.length));
  };
  const count = (): void => {
    if (++nodes > MAX_NODES) refuse(`the file has more than ${MAX_NODES} elements, attributes and comments`);
  };
  parser.on('error', (error) => refuse(error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')));
  parser.on('doctype', (text) => {
    entities = new Entities(text);
    doctype = { start: prologLength(source), end: parser.position };
    for (const name of entities.names()) parser.ENTITIES[name] = '';
  });
  parser.on('opentagstart', () => {
    count();
    if (++depth > MAX_DEPTH) refuse(`elements are nested deeper than ${MAX_DEPTH}`);
  });
  parser.on('attribute', count);
  parser.on('closetag', () => depth--);
  parser.on('comment', count);
  parser.on('cdata', count);
  parser.on('processinginstruction', count);
  for (let at = 0; at < source.length; at += CHUNK) parser.write(source.slice(at, at + CHUNK));
  parser.close();
  return { entities, doctype };
}

/** Returns the length of the text before the DOCTYPE: the XML declaration, comments, processing instructions. */
function prologLength(source: string): number {
  return /^\ufeff?(?:\s+|<\?[^]*?\?>|<!--[^]*?-->)*/.exec(source)?.[0].length ?? 0;
}
