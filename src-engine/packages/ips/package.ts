import { readReference } from '../../repositories/ips';
import { readAction, valueOf, type Action } from './actions';
import { readVersion, type IpsVersion } from './version';

/** A package that another one names. */
export interface Target {
  readonly name: string;
  /** What it means depends on the kind of dependency: mostly the least version. */
  readonly version?: IpsVersion | undefined;
  /** As it is written: `NAME@VERSION`. */
  readonly text: string;
}

/** A `depend` action that counts on this host. */
export interface Depend {
  readonly type: string;
  /** Several for `require-any` and `group-any`: one of them serves. */
  readonly targets: readonly Target[];
  /** For `conditional`: it counts when this one is there. */
  readonly predicate?: Target | undefined;
}

/** What an image of this host has for the variants that differ; an action or a package with another value is not for it. */
const VARIANTS: Readonly<Record<string, string>> = {
  'variant.arch':
    ({ x64: 'i386', ia32: 'i386', arm64: 'aarch64' } as Record<string, string>)[process.arch] ?? process.arch,
  'variant.opensolaris.zone': 'global',
};

/** One version of a package, as catalogues tell it. Its actions are read when they are asked for. */
export class IpsPackage {
  #sets: readonly Action[] | undefined;
  #depends: readonly Depend[] | undefined;

  constructor(
    readonly name: string,
    readonly publisher: string,
    readonly version: IpsVersion,
    /** The version as it is written. */
    readonly versionText: string,
    /** The address that it comes from. */
    readonly from: string,
    private readonly texts: { readonly dependency: readonly string[]; readonly summary: readonly string[] },
  ) {}

  /** Whether it can be installed into an image of this host. */
  get isForHost(): boolean {
    return this.#tells().every((set) => {
      const own = VARIANTS[valueOf(set, 'name') ?? ''];
      return own === undefined || (set.attributes.get('value') ?? []).includes(own);
    });
  }

  /** Taken back by its publisher. */
  get isObsolete(): boolean {
    return this.#says('pkg.obsolete');
  }

  /** Only a name that its packages had before: they are what it requires. */
  get isRenamed(): boolean {
    return this.#says('pkg.renamed');
  }

  /** What it needs, forbids or holds at a version, on this host. */
  depends(): readonly Depend[] {
    this.#depends ??= this.#ofKind('depend')
      .filter(countsHere)
      .map((action) => ({
        type: valueOf(action, 'type') ?? '',
        targets: (action.attributes.get('fmri') ?? []).map(targetOf).filter(({ name }) => name !== ''),
        predicate: (action.attributes.get('predicate') ?? []).map(targetOf)[0],
      }));
    return this.#depends;
  }

  /** Values of `set` actions of the summary by their names, such as `pkg.summary`. */
  information(): Map<string, readonly string[]> {
    const found = new Map<string, readonly string[]>();
    for (const { kind, attributes } of this.texts.summary.map(readAction)) {
      if (kind !== 'set') continue;
      const [name] = attributes.get('name') ?? [];
      if (name !== undefined) found.set(name, attributes.get('value') ?? []);
      else for (const [key, values] of attributes) found.set(key, values); // the short way: set NAME=VALUE
    }
    return found;
  }

  #says(name: string): boolean {
    return this.#tells().some((set) => valueOf(set, 'name') === name && valueOf(set, 'value') === 'true');
  }

  #tells(): readonly Action[] {
    this.#sets ??= this.#ofKind('set');
    return this.#sets;
  }

  /** Incorporations have thousands of dependencies in each of their versions: no line is read that is not asked for. */
  #ofKind(kind: 'set' | 'depend'): Action[] {
    return this.texts.dependency.filter((text) => text.startsWith(`${kind} `)).map(readAction);
  }
}

/** Whether an action is for images of this host, with all facets but those that are off unless somebody wants them. */
function countsHere({ attributes }: Action): boolean {
  for (const [name, own] of Object.entries(VARIANTS))
    if (attributes.has(name) && !attributes.get(name)?.includes(own)) return false;
  const tags = [...attributes.keys()];
  if (tags.some((tag) => tag.startsWith('variant.debug.') && attributes.get(tag)?.includes('true'))) return false;
  const facets = tags.filter((tag) => tag.startsWith('facet.'));
  return facets.length === 0 || facets.some((tag) => !/^facet\.(debug|optional)\./.test(tag));
}

function targetOf(text: string): Target {
  const { name, version } = readReference(text);
  return { name, text: version === undefined ? name : `${name}@${version}`, version: readVersion(version ?? '') };
}
