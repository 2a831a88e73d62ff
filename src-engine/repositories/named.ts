import { readFileSync } from 'node:fs';
import type { Manifest } from '../../src-shared/manifest/model';
import { aptTargets } from './apt';

/** Where packages come from. */
export type Repository =
  | {
      readonly kind: 'debian';
      /** Without a slash at its end. */
      readonly url: string;
      /** With a slash at its end: a flat repository, without components. */
      readonly suite: string;
      readonly components: readonly string[];
      /** One of the host's APT sources: APT has its lists. */
      readonly isHosts: boolean;
    }
  | { readonly kind: 'ips'; readonly url: string };

/** What the manifest says of where packages come from. */
export interface Sources {
  readonly repositories: readonly Repository[];
  /** The host's own APT sources are used: APT itself knows their packages. */
  readonly usesHostApt: boolean;
  /** The Debian release; `undefined`: all that the host's APT has. */
  readonly suite: string | undefined;
}

/** The address that stands for the APT sources of the build host. */
const HOST_APT = 'host-apt';

/** What a manifest says of where packages come from, before any host was asked. */
export type Declared =
  | {
      readonly kind: 'apt';
      readonly usesHostApt: boolean;
      /** `undefined`: all that the host's APT has. Empty where this host has no release that could be meant. */
      readonly suite: string | undefined;
      readonly components: readonly string[];
      /** Each a URL, or `[OPTIONS] URL SUITE COMPONENT...` as in an APT source. */
      readonly archives: readonly string[];
    }
  | { readonly kind: 'ips'; readonly urls: readonly string[] };

/**
 * Reads what a manifest says of its repositories: Debian's, as the templates read them, where it says `host-apt` or has a key `suite`
 * or `components`; else those of IPS.
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

/** The repositories that a manifest names; those of the host's APT as APT has lists of them. */
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

/** `URL`, or `[OPTIONS] URL SUITE COMPONENT...` as in an APT source. */
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

/** The release of this host; empty where it has none. */
function hostRelease(): string {
  try {
    return /^VERSION_CODENAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

const trimmed = (url: string): string => url.replace(/\/+$/, '');

/** A repository, for sentences. */
export function nameOf(repository: Repository): string {
  return repository.kind === 'ips' ? repository.url : `${repository.url} ${repository.suite}`.trim();
}
