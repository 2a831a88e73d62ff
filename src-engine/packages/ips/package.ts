import { readReference } from '../../repositories/ips';
import { readAction, valueOf, type Action } from './actions';
import { readVersion, type IpsVersion } from './version';

/** A package named by a dependency. */
export interface DependTarget {
  readonly name: string;
  /** The meaning depends on the kind of dependency; for most it is the minimum version. */
  readonly version?: IpsVersion | undefined;
  /** As written: `NAME@VERSION`. */
  readonly text: string;
}

/** A `depend` action that applies to this host. */
export interface Depend {
  readonly type: string;
  /** Several for `require-any` and `group-any`: one of them is enough. */
  readonly targets: readonly DependTarget[];
  /** For `conditional`: the dependency applies when this package is installed. */
  readonly predicate?: DependTarget | undefined;
}

/** This host's variants. An action or package with another value is not for this host. */
const VARIANTS: Readonly<Record<string, string>> = {
  'variant.arch':
    ({ x64: 'i386', ia32: 'i386', arm64: 'aarch64' } as Record<string, string>)[process.arch] ?? process.arch,
  'variant.opensolaris.zone': 'global',
};

/** One version of a package from a catalogue. Its actions are parsed on demand. */
export class IpsPackage {
  readonly #texts: { readonly dependency: readonly string[]; readonly summary: readonly string[] };

  #sets: readonly Action[] | undefined;
  #depends: readonly Depend[] | undefined;

  constructor(
    readonly name: string,
    readonly publisher: string,
    readonly version: IpsVersion,
    /** The version as written. */
    readonly versionText: string,
    /** The address of its catalogue. */
    readonly from: string,
    texts: { readonly dependency: readonly string[]; readonly summary: readonly string[] },
  ) {
    this.#texts = texts;
  }

  /** Whether it can be installed on this host. */
  get isForHost(): boolean {
    return this.#summary().every((set) => {
      const own = VARIANTS[valueOf(set, 'name') ?? ''];
      return own === undefined || (set.attributes.get('value') ?? []).includes(own);
    });
  }

  /** Whether its publisher has withdrawn it. */
  get isObsolete(): boolean {
    return this.#isSet('pkg.obsolete');
  }

  /** Whether it is a former name: the packages that it requires replace it. */
  get isRenamed(): boolean {
    return this.#isSet('pkg.renamed');
  }

  /** Its dependencies on this host: requirements, exclusions and incorporations. */
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

  /** Values of the summary's `set` actions by name, such as `pkg.summary`. */
  information(): Map<string, readonly string[]> {
    const found = new Map<string, readonly string[]>();
    for (const { kind, attributes } of this.#texts.summary.map(readAction)) {
      if (kind !== 'set') continue;
      const [name] = attributes.get('name') ?? [];
      if (name !== undefined) found.set(name, attributes.get('value') ?? []);
      else for (const [key, values] of attributes) found.set(key, values); // the short form: set NAME=VALUE
    }
    return found;
  }

  #isSet(name: string): boolean {
    return this.#summary().some((set) => valueOf(set, 'name') === name && valueOf(set, 'value') === 'true');
  }

  #summary(): readonly Action[] {
    this.#sets ??= this.#ofKind('set');
    return this.#sets;
  }

  /** Each version of an incorporation has thousands of dependencies, so only lines of the wanted kind are parsed. */
  #ofKind(kind: 'set' | 'depend'): Action[] {
    return this.#texts.dependency.filter((text) => text.startsWith(`${kind} `)).map(readAction);
  }
}

/** Whether an action applies to images of this host, with the default facets. */
function countsHere({ attributes }: Action): boolean {
  for (const [name, own] of Object.entries(VARIANTS))
    if (attributes.has(name) && !attributes.get(name)?.includes(own)) return false;
  const tags = [...attributes.keys()];
  if (tags.some((tag) => tag.startsWith('variant.debug.') && attributes.get(tag)?.includes('true'))) return false;
  const facets = tags.filter((tag) => tag.startsWith('facet.'));
  return facets.length === 0 || facets.some((tag) => !/^facet\.(debug|optional)\./.test(tag));
}

function targetOf(text: string): DependTarget {
  const { name, version } = readReference(text);
  return { name, text: version === undefined ? name : `${name}@${version}`, version: readVersion(version ?? '') };
}
