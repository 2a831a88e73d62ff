import { readFileSync } from 'node:fs';
import type { Manifest } from '../../src-shared/manifest/model';
import { aptTargets } from './apt';

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
const HOST_APT = 'host-apt';

/** A manifest's repositories as written, without any query to a host. */
export type Declared =
  | {
      readonly kind: 'apt';
      readonly usesHostApt: boolean;
      /**
       * `undefined`: all releases of the host's APT sources. Empty where this host has no release that could be the
       * default.
       */
      readonly suite: string | undefined;
      readonly components: readonly string[];
      /** Each is a URL, or `[OPTIONS] URL SUITE COMPONENT...` as in an APT source. */
      readonly archives: readonly string[];
    }
  | { readonly kind: 'ips'; readonly urls: readonly string[] };

/**
 * Reads the repositories of a manifest. They are Debian's, by the rules of the templates, when the manifest names
 * `host-apt` or has a key `suite` or `components`; otherwise they are IPS publishers.
 */
export function declaredSources({ keyValuePairs, publisher, extraPublishers }: Manifest): Declared {
  const key = (name: string): string | undefined => keyValuePairs.find((pair) => pair.key === name)?.value.trim();
  const first = publisher?.url.trim() ?? '';
  const others = [...(publisher?.mirrors ?? []), ...extraPublishers.map(({ url }) => url)];
  const further = others.map((url) => url.trim()).filter((url) => url !== '');
  const usesHostApt = first === HOST_APT;
  const archives = first === '' || usesHostApt ? further : [first, ...further];
  const named = key('suite');
  if (!usesHostApt && named === undefined && key('components') === undefined)
    return { kind: 'ips', urls: archives.map(trimmed) };
  return {
    kind: 'apt',
    usesHostApt,
    suite: named === 'host' || (named === undefined && !usesHostApt) ? hostRelease() : named,
    components: (key('components') ?? 'main').split(/\s+/),
    archives,
  };
}

/** The repositories that a manifest names. Those of the host's APT are the ones that APT has lists of. */
export async function namedSources(manifest: Manifest): Promise<Sources> {
  const declared = declaredSources(manifest);
  if (declared.kind === 'ips')
    return { repositories: declared.urls.map((url) => ({ kind: 'ips', url })), usesHostApt: false, suite: undefined };
  const { usesHostApt, suite, components, archives } = declared;
  return {
    repositories: [
      ...(usesHostApt ? await hostRepositories(suite) : []),
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

/** The repositories of the host's APT that have the release, its updates or its security fixes. */
async function hostRepositories(suite: string | undefined): Promise<Repository[]> {
  const found = new Map<string, Repository & { kind: 'debian' }>();
  for (const { url, release, component } of await aptTargets()) {
    if (
      suite !== undefined &&
      release !== suite &&
      !release.startsWith(`${suite}-`) &&
      !release.startsWith(`${suite}/`)
    )
      continue;
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

/** A repository's name for messages. */
export function nameOf(repository: Repository): string {
  return repository.kind === 'ips' ? repository.url : `${repository.url} ${repository.suite}`.trim();
}
