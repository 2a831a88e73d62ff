/** How much text all entities of one document may expand to, in UTF-16 units. */
const MAX_EXPANSION = 1024 * 1024;
const MAX_NESTING = 16;

/** An entity that cannot be resolved; `message` is a sentence. */
export class EntityError extends Error {}

/** The entities of one document: the five of XML, and internal ones that its DOCTYPE declares (contract 6.1). */
export class Entities {
  readonly #declared = new Map<string, string | null>(); // null: external, never read
  #expanded = 0;

  /** @param doctype what stands between `<!DOCTYPE` and its `>` */
  constructor(doctype: string) {
    const declaration = /<!ENTITY\s+([^\s%"']+)\s+(?:(SYSTEM|PUBLIC)\b|"([^"]*)"|'([^']*)')/g;
    for (const [, name = '', external, double, single] of doctype.matchAll(declaration))
      if (!this.#declared.has(name)) this.#declared.set(name, external ? null : (double ?? single ?? ''));
  }

  /** Names that a strict parser must accept, with a harmless stand-in. */
  names(): string[] {
    return [...this.#declared.keys()];
  }

  /** Resolves references in raw text. Throws `EntityError` for unknown and external ones, markup, cycles and bombs. */
  resolve(raw: string, nesting = 0): string {
    if (!raw.includes('&')) return raw;
    if (nesting > MAX_NESTING) throw new EntityError('entities refer to each other too deeply');
    return raw.replace(/&(#x[0-9a-fA-F]+|#[0-9]+|[^;&\s]+);/g, (_, name: string) => this.#one(name, nesting));
  }

  #one(name: string, nesting: number): string {
    if (name.startsWith('#')) {
      const code = name.startsWith('#x') ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
      return String.fromCodePoint(code);
    }
    const known = ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" } as Record<string, string>)[name];
    if (known !== undefined) return known;
    const value = this.#declared.get(name);
    if (value === undefined) throw new EntityError(`the entity &${name}; is not declared`);
    if (value === null) throw new EntityError(`the entity &${name}; lies in another file, which is not read`);
    if (value.includes('<')) throw new EntityError(`the entity &${name}; contains markup, which is not supported`);
    const text = this.resolve(value, nesting + 1);
    this.#expanded += text.length;
    if (this.#expanded > MAX_EXPANSION)
      throw new EntityError(`entities expand to more than ${MAX_EXPANSION} characters`);
    return text;
  }
}
