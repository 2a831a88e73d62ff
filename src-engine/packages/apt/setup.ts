import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { Unfollowed } from '../../../src-shared/engine-answers/packages';
import { HOST_APT, type Declared } from '../../repositories/named';
import { withoutLogin } from '../../../src-shared/without-login';
import { isOfRelease } from '../../repositories/releases';
import { HostApt, type SourceFile } from './host-apt';
import { readSourcesFile } from './deb822';
import { Logins } from './logins';
import { entryOf, readListFile, readOneLine } from './one-line';
import { selectFrom, type Wanted } from './selection';
import type { SourceEntry } from './source-entry';

/** A file for a folder of APT's configuration. */
export interface ConfigFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The configuration of APT for a manifest on this host: what queries use, and what a build uses (`distro_const
 * apt-config`).
 */
export interface AptSetup {
  /** For `sources.list.d`, without logins. */
  readonly sources: readonly ConfigFile[];
  /** For `preferences.d`: the host's pins, where its sources are used. */
  readonly preferences: readonly ConfigFile[];
  /** Lines of `apt.conf` that decide which versions are chosen. */
  readonly policy: readonly string[];
  /**
   * Lines of `apt.conf` that decide how files are fetched, with the host's proxies and the paths of its logins. They
   * must not be left in an image.
   */
  readonly network: readonly string[];
  /** The text of an `auth.conf` with the logins of the sources and of the host; empty where the host's own is enough. */
  readonly logins: string;
  readonly architecture: string | undefined;
  /** The folder of the keys that the host trusts. */
  readonly trustedKeys: string;
  /** The files of the host that the packages depend on. */
  readonly hostFiles: readonly string[];
  readonly unfollowed: readonly Unfollowed[];
}

/**
 * Reads the repositories of a manifest together with the configuration of the host's APT.
 *
 * Throws `AppError('missing')` when there is no source.
 */
export async function aptSetup(declared: Declared & { kind: 'apt' }): Promise<AptSetup> {
  const { usesHostApt, suite, isHostsRelease } = declared;
  if (suite === '')
    throw new AppError(
      'missing',
      'Neither the manifest nor /etc/os-release of this host names a release.',
      'Set the key suite in the manifest, for example to bookworm.',
    );
  const host = await HostApt.read();
  const unfollowed: Unfollowed[] = [];
  const logins = new Logins();
  const selection: Selection = {
    wanted: { release: isHostsRelease ? undefined : suite, architecture: host.architecture },
    logins,
    unfollowed,
  };
  const hostFiles = usesHostApt ? await host.sources() : [];
  const own = usesHostApt ? hostSources(hostFiles, selection) : [];
  if (
    usesHostApt &&
    own.length === 0 &&
    unfollowed.length === 0 &&
    hostFiles.some(({ text }) => HAS_DEB_SRC.test(text))
  )
    throw new AppError(
      'missing',
      `The APT sources of this host (${host.path('Dir::Etc')}) have only source code (deb-src).`,
      "Add a source of the type deb, or set the default repository to an archive's address.",
    );
  if (usesHostApt && (own.length === 0 || (!isHostsRelease && !own.some(({ names }) => names))))
    throw new AppError(
      'missing',
      `The APT sources of this host (${host.path('Dir::Etc')}) have no release ${suite ?? ''}.`,
      [
        ...unfollowed.map(({ message }) => message),
        "Set the key suite to one they have, or the default repository to an archive's address.",
      ].join(' '),
    );
  const archives = declared.archives.flatMap((archive) => archiveLines(archive, declared, selection));
  const sources = [
    ...own.map(({ name, text }) => ({ name, text })),
    ...(archives.length === 0 ? [] : [{ name: 'manifest.list', text: archives.join('') }]),
  ];
  if (sources.length === 0)
    throw new AppError(
      'missing',
      'The manifest names no repository.',
      [
        ...unfollowed.map(({ message }) => message),
        'Set the default repository: host-apt for the sources of the build host, or the address of an archive.',
      ].join(' '),
    );
  const pins = usesHostApt ? await host.preferences() : [];
  const policy = usesHostApt ? policyOf(host, isHostsRelease, unfollowed) : [];
  return {
    sources,
    preferences: named(pins),
    policy,
    network: host.network,
    logins: logins.text(host.path('Dir::Etc::netrc')),
    architecture: host.architecture,
    trustedKeys: host.path('Dir::Etc::trustedparts'),
    hostFiles: [
      ...[...hostFiles, ...pins].map(({ path }) => path),
      ...(policy.length === 0 ? [] : [host.path('Dir::Etc::parts')]),
    ],
    unfollowed,
  };
}

/** A source of source code, in either form of source files. */
const HAS_DEB_SRC = /^\s*(?:deb-src\s|Types\s*:.*\bdeb-src\b)/im;

/** How sources are selected, and what is collected meanwhile. */
interface Selection {
  readonly wanted: Wanted;
  readonly logins: Logins;
  readonly unfollowed: Unfollowed[];
}

/**
 * A hash of all that decides which packages there are, for the name of their folder. Logins belong to it: lists that were
 * fetched with one are no answer for another, and two processes must not exchange the logins in a folder.
 */
export function keyOf({ sources, preferences, policy, architecture, logins }: AptSetup): string {
  const content = JSON.stringify([sources, preferences, policy, architecture, logins]);
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** The host's source files without the entries that are not used. `names`: whether one of them names the release. */
function hostSources(files: readonly SourceFile[], selection: Selection): (ConfigFile & { readonly names: boolean })[] {
  return named(files).flatMap(({ name, text: content, path }) => {
    const entries = name.endsWith('.sources') ? readSourcesFile(content, path) : readListFile(content, path);
    const used = entries.flatMap((entry) =>
      'text' in entry ? `${withoutLogin(entry.text)}\n` : selected(entry, HOST_APT, selection),
    );
    const suites = entries.flatMap((entry) => ('text' in entry ? [] : entry.suites));
    const { release } = selection.wanted;
    const names = suites.some((one) => release !== undefined && isOfRelease(one, release));
    return used.length === 0 ? [] : { name, text: used.join('\n'), names };
  });
}

/** An archive of the manifest: an address, or `[OPTIONS] ADDRESS SUITE COMPONENT...`. Each line is one. */
function archiveLines(
  archive: string,
  { suite, components }: Declared & { kind: 'apt' },
  selection: Selection,
): string[] {
  return archive.split('\n').flatMap((line) => {
    const source = readOneLine(/^deb(-src)?\s/.test(line.trim()) ? line : `deb ${line}`);
    if (!source || source.type === 'deb-src') return [];
    const own = source.suite ?? suite ?? '';
    const isComplete = own.endsWith('/') || source.components.length > 0;
    const entry = entryOf(
      { ...source, components: isComplete ? source.components : components },
      own,
      withoutLogin(source.address),
    );
    // The manifest names its archives for this image, whatever release they are of.
    return selected(entry, archive, { ...selection, wanted: { ...selection.wanted, release: undefined } });
  });
}

function selected(entry: SourceEntry, repository: string, { wanted, logins, unfollowed }: Selection): string[] {
  const refuse = (reason: string): unknown => unfollowed.push({ repository, message: `${entry.place}: ${reason}` });
  const { text, reasons } = selectFrom({ ...entry, addresses: entry.addresses.map(withoutLogin) }, wanted);
  for (const reason of reasons) refuse(reason);
  if (text === undefined) return [];
  for (const address of entry.addresses) logins.addFrom(address, refuse);
  return [text];
}

/** Settings by which the host's APT accepts what is not signed. They are not followed. */
const LAX = ['Acquire::AllowInsecureRepositories', 'Acquire::AllowWeakRepositories', 'APT::Get::AllowUnauthenticated'];

function policyOf(host: HostApt, isHostsRelease: boolean, unfollowed: Unfollowed[]): string[] {
  for (const name of LAX)
    if (/^(yes|true|with|on|enable|1)$/i.test(host.value(name) ?? ''))
      unfollowed.push({
        repository: HOST_APT,
        message: `${name} of this host's APT is not followed: packages must be signed. Mark a source that you trust with [trusted=yes].`,
      });
  const release = host.value('APT::Default-Release');
  if (release === undefined) return [];
  if (isHostsRelease) return [`APT::Default-Release "${release}";`];
  unfollowed.push({
    repository: HOST_APT,
    message: `APT::Default-Release "${release}" of this host's APT is not followed, because the image is of another release.`,
  });
  return [];
}

/** Files by their names; a name that another file has gets a prefix, as often as it takes. */
function named(files: readonly SourceFile[]): (ConfigFile & SourceFile)[] {
  const taken = new Set<string>();
  return files.map(({ path, text }) => {
    let name = basename(path);
    while (taken.has(name)) name = `also-${name}`;
    taken.add(name);
    return { name, path, text };
  });
}
