/** How much text all entities of one document may expand to, in UTF-16 units and references. */
const MAX_EXPANSION_CHARACTERS = 1024 * 1024;
const MAX_NESTING = 16;

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

const REFERENCE = /&(#?[^;&\s]+);/g;
const CHARACTER = /&(#x[0-9a-fA-F]+|#[0-9]+);/g;

/** An entity that cannot be resolved; `message` is a sentence. */
export class EntityError extends Error {}

/** The entities of one document: the five of XML, and internal ones that its DOCTYPE declares (contract 6.1). */
export class Entities {
  readonly #declared = new Map<string, string | null>(); // null: external, never read
  #expanded = 0;

  /** @param doctype the text between `<!DOCTYPE` and its `>` */
  constructor(doctype: string) {
    // Comments and instructions are matched only so that a declaration inside one does not count.
    const declaration = /<!--[^]*?-->|<\?[^]*?\?>|<!ENTITY\s+([^\s%"']+)\s+(?:(SYSTEM|PUBLIC)\b|"([^"]*)"|'([^']*)')/g;
    for (const [, name, external, double, single] of doctype.matchAll(declaration))
      if (name !== undefined && !this.#declared.has(name))
        this.#declared.set(
          name,
          external
            ? null
            : (double ?? single ?? '').replace(CHARACTER, (reference, code: string) =>
                isCharacter(codeOf(code)) ? character(code) : reference,
              ),
        );
  }

  /** Names that a strict parser must accept, with a harmless replacement. */
  names(): string[] {
    return [...this.#declared.keys()];
  }

  /** Resolves references in raw text. Throws `EntityError` for unknown and external ones, markup, cycles and bombs. */
  resolve(raw: string, nesting = 0): string {
    if (!raw.includes('&')) return raw;
    if (nesting > MAX_NESTING) throw new EntityError('entities refer to each other too deeply');
    return raw.replace(REFERENCE, (_, name: string) => this.#one(name, nesting));
  }

  #one(name: string, nesting: number): string {
    const literal = name.startsWith('#') ? character(name) : PREDEFINED.get(name);
    if (literal !== undefined) return literal;
    const value = this.#declared.get(name);
    if (value === undefined) throw new EntityError(`the entity &${name}; is not declared`);
    if (value === null) throw new EntityError(`the entity &${name}; lies in another file, which is not read`);
    if (value.includes('<')) throw new EntityError(`the entity &${name}; contains markup, which is not supported`);
    if (/&(?!#?[^;&\s]+;)/.test(value)) throw new EntityError(`the entity &${name}; contains a bare &`);
    // References count too. Otherwise entities that expand to nothing could multiply without bound.
    this.#expanded += value.length + 1;
    if (this.#expanded > MAX_EXPANSION_CHARACTERS)
      throw new EntityError(`entities expand to more than ${MAX_EXPANSION_CHARACTERS} characters`);
    return this.resolve(value, nesting + 1);
  }
}

/** The character of `#65` or `#x41`. */
function character(name: string): string {
  const code = codeOf(name);
  if (!isCharacter(code)) throw new EntityError(`&${name}; is no character of XML`);
  return String.fromCodePoint(code);
}

const codeOf = (name: string): number =>
  name.startsWith('#x') ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);

/** XML 1.0, 2.2: Char. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
