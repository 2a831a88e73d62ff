import { readFileSync } from 'node:fs';
import type { Manifest } from '../../../src-shared/manifest/model';
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

/**
 * The repositories that a manifest names. Debian's, as the templates read them, where it says `host-apt` or has a key `suite` or
 * `components`; else those of IPS.
 */
export async function namedSources(manifest: Manifest): Promise<Sources> {
  const key = (name: string): string | undefined =>
    manifest.keyValuePairs.find((pair) => pair.key === name)?.value.trim();
  const { publisher, extraPublishers } = manifest;
  const first = publisher?.url.trim() ?? '';
  const others = [...(publisher?.mirrors ?? []), ...extraPublishers.map(({ url }) => url)];
  const further = others.map((url) => url.trim()).filter((url) => url !== '');
  if (first !== HOST_APT && key('suite') === undefined && key('components') === undefined)
    return {
      repositories: [first, ...further].filter((url) => url !== '').map((url) => ({ kind: 'ips', url: trimmed(url) })),
      usesHostApt: false,
      suite: undefined,
    };
  const named = key('suite');
  const suite = named === 'host' || (named === undefined && first !== HOST_APT) ? hostRelease() : named;
  const components = (key('components') ?? 'main').split(/\s+/);
  const usesHostApt = first === HOST_APT;
  return {
    repositories: [
      ...(usesHostApt ? await hostRepositories(suite) : first === '' ? [] : [debian(first, suite, components)]),
      ...further.map((url) => debian(url, suite, components)),
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
