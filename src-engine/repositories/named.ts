import { readFileSync } from 'node:fs';
import type { Manifest } from '../../src-shared/manifest/model';
import { aptTargets } from './apt';
import { withoutLogin } from '../../src-shared/without-login';
import { isOfOtherRelease } from './releases';

/** A package repository. */
export type Repository =
  | {
      readonly kind: 'debian';
      /** Without a trailing slash. */
      readonly url: string;
      /** With a trailing slash it is a flat repository, without components. */
      readonly suite: string;
      readonly components: readonly string[];
      /** Whether it is one of the host's APT sources, whose lists APT has. */
      readonly isHosts: boolean;
    }
  | { readonly kind: 'ips'; readonly url: string };

/** The repositories of a manifest. */
export interface Sources {
  readonly repositories: readonly Repository[];
  /** Whether the host's own APT sources are used. */
  readonly usesHostApt: boolean;
  /** The Debian release; `undefined`: all releases of the host's APT sources. */
  readonly suite: string | undefined;
}

/** The address that means the APT sources of the build host. */
export const HOST_APT = 'host-apt';

/** An address of IPS packages. */
export interface IpsOrigin {
  /** Without a trailing slash. */
  readonly url: string;
  /** The publisher that the manifest names for it; empty: every publisher that the address has. */
  readonly publisher: string;
}

/** A manifest's repositories as written, without any query to a host. */
export type Declared =
  | {
      readonly kind: 'apt';
      readonly usesHostApt: boolean;
      /** Whether the release is that of this host, so that all of the host's sources are for it. */
      readonly isHostsRelease: boolean;
      /**
       * `undefined`: all releases of the host's APT sources. Empty where this host has no release that could be the
       * default.
       */
      readonly suite: string | undefined;
      readonly components: readonly string[];
      /** Each is a URL, or `[OPTIONS] URL SUITE COMPONENT...` as in an APT source. */
      readonly archives: readonly string[];
    }
  | { readonly kind: 'ips'; readonly origins: readonly IpsOrigin[] };

/** The parts of a manifest that name repositories. */
export type RepositorySettings = Pick<Manifest, 'keyValuePairs' | 'publisher' | 'extraPublishers'>;

/**
 * Reads the repositories of a manifest. They are Debian's, by the rules of the templates, when the manifest names
 * `host-apt` or has a key `suite` or `components`; otherwise they are IPS publishers.
 */
export function declaredSources({ keyValuePairs, publisher, extraPublishers }: RepositorySettings): Declared {
  const key = (name: string): string | undefined => keyValuePairs.find((pair) => pair.key === name)?.value.trim();
  const first = publisher && { url: publisher.url, publisher: publisher.authname };
  const mirrors = (publisher?.mirrors ?? []).map((url) => ({ url, publisher: publisher?.authname ?? '' }));
  const others = extraPublishers.map(({ url, authname }) => ({ url, publisher: authname }));
  const all = [...(first ? [first] : []), ...mirrors, ...others]
    .map((one) => ({ url: one.url.trim(), publisher: one.publisher.trim() }))
    .filter(({ url }) => url !== '');
  const usesHostApt = all.some(({ url }) => url === HOST_APT);
  const named = key('suite');
  if (!usesHostApt && named === undefined && key('components') === undefined)
    return { kind: 'ips', origins: all.map((one) => ({ ...one, url: trimmed(one.url) })) };
  const suite = named === 'host' || (named === undefined && !usesHostApt) ? hostRelease() : named;
  return {
    kind: 'apt',
    usesHostApt,
    isHostsRelease: suite === undefined || suite === hostRelease(),
    suite,
    components: (key('components') ?? 'main').split(/\s+/),
    archives: all.map(({ url }) => url).filter((url) => url !== HOST_APT),
  };
}

/** The repositories that a manifest names. Those of the host's APT are the ones that APT has lists of. */
export async function namedSources(manifest: Manifest): Promise<Sources> {
  const declared = declaredSources(manifest);
  if (declared.kind === 'ips')
    return {
      repositories: [...new Set(declared.origins.map(({ url }) => url))].map((url) => ({ kind: 'ips', url })),
      usesHostApt: false,
      suite: undefined,
    };
  const { usesHostApt, isHostsRelease, suite, components, archives } = declared;
  return {
    repositories: [
      ...(usesHostApt ? await hostRepositories(isHostsRelease ? undefined : suite) : []),
      ...archives.map((archive) => debian(archive, suite, components)),
    ],
    usesHostApt,
    suite,
  };
}

/** Parses `URL`, or `[OPTIONS] URL SUITE COMPONENT...` as in an APT source. */
function debian(text: string, suite = '', components: readonly string[]): Repository {
  const [url = '', ownSuite, ...own] = text.replace(/^\[[^\]]*\]\s*/, '').split(/\s+/);
  return ownSuite === undefined
    ? { kind: 'debian', url: trimmed(url), suite, components, isHosts: false }
    : { kind: 'debian', url: trimmed(url), suite: ownSuite, components: own, isHosts: false };
}

/**
 * The repositories of the host's APT, without those of other releases.
 *
 * @param suite `undefined`: all
 */
async function hostRepositories(suite: string | undefined): Promise<Repository[]> {
  const found = new Map<string, Repository & { kind: 'debian' }>();
  for (const { url, release, component } of await aptTargets()) {
    if (suite !== undefined && isOfOtherRelease(release, url, suite)) continue;
    const components = found.get(`${url} ${release}`)?.components ?? [];
    found.set(`${url} ${release}`, {
      kind: 'debian',
      url: trimmed(url),
      suite: release,
      components: [...new Set([...components, component])],
      isHosts: true,
    });
  }
  return [...found.values()];
}

/** This host's release; empty where it has none. */
function hostRelease(): string {
  try {
    return /^VERSION_CODENAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  } catch {
    return ''; // not every system has the file
  }
}

const trimmed = (url: string): string => url.replace(/\/+$/, '');

/** A repository's name for messages: without a login. */
export function nameOf(repository: Repository): string {
  const url = withoutLogin(repository.url);
  return repository.kind === 'ips' ? url : `${url} ${repository.suite}`.trim();
}
