import { basename } from 'node:path';
import { withoutLogin } from '../../../src-shared/without-login';
import type { AptSetup } from './setup';

/** A message of APT, and what the user can do about it. */
interface Cause {
  readonly message: RegExp;
  readonly hint: string;
}

const CAUSES: readonly Cause[] = [
  {
    message: /in sources file|Malformed stanza/,
    hint: 'Correct the stanza. It needs the fields Types, URIs, Suites and Components, or Types, URIs and Suites: ./ for a flat repository.',
  },
  {
    message: /Malformed|The list of sources could not be read/,
    hint: 'Correct the source. Its form is: [OPTIONS] ADDRESS SUITE COMPONENT..., or ADDRESS ./ for a flat repository.',
  },
  {
    message: /method driver \S+ could not be found/,
    hint: 'APT of the build host cannot read this kind of address. Install the package with its method (apt-transport-...), or use another address.',
  },
  {
    message: /File not found/,
    hint: 'The build host has no such folder or release. Mount the medium or comment its source out, or correct the suite after the folder. For a flat repository, write ./ after the folder.',
  },
  {
    message: /does not have a Release file|404 +Not Found/,
    hint: 'The address has no such release. Correct the address, or the suite after it. For a flat repository, write ./ after the address.',
  },
  {
    message: /Could not resolve|Temporary failure resolving/,
    hint: 'Correct the name of the server in the repositories, or check the name service of the build host.',
  },
  {
    message: /\s(403|451) /,
    hint: 'The server or the proxy refuses the request. Check the address, and whether this host may use the mirror.',
  },
  {
    message: /\b407 |Proxy Authentication/,
    hint: 'The login of the proxy is wrong or missing. Correct it in Acquire::http::Proxy of the APT configuration of the build host, or in the variable http_proxy: http://USER:PASSWORD@PROXY:PORT.',
  },
  {
    message: /\b401 /,
    hint: 'A login is missing. Put it into /etc/apt/auth.conf.d of the build host.',
  },
];

const OTHERWISE = 'Correct the address in the repositories, or check the network of the build host, then try again.';

/** What the user can do about a failed fetch: the cause, the files of the host that name the address, and the proxy. */
export function hintFor(stderr: string, { sources, hostFiles, network }: AptSetup): string {
  const cause = CAUSES.find(({ message }) => message.test(stderr))?.hint ?? OTHERWISE;
  const addresses = [...stderr.matchAll(/\b[a-z+]+:\/[^\s'"]*/g)].map(([address]) =>
    address.replace(/\/dists\/.*$/, ''),
  );
  const names = sources
    .filter(({ text }) => addresses.some((address) => address.length > 'file:/'.length && text.includes(address)))
    .map(({ name }) => name);
  // APT read copies of the files: only their names are those of the host.
  const malformed = [...stderr.matchAll(/ in (?:list file|sources file|source list) (\S+)/g)].map(([, path = '']) =>
    basename(path),
  );
  const filesOf = (some: readonly string[]): string[] =>
    hostFiles.filter((path) => some.some((name) => path.endsWith(`/${name}`)));
  const files = filesOf(names);
  const malformedFiles = filesOf(malformed);
  const proxy = network.map((line) => /::Proxy(?:::\S+)? "((?!DIRECT)[^"]+)"/i.exec(line)?.[1]).find(Boolean);
  return [
    cause,
    ...(malformedFiles.length === 0 ? [] : [`The source is in ${malformedFiles.join(', ')} of the build host.`]),
    ...(files.length === 0 ? [] : [`The address is in ${files.join(', ')} of the build host.`]),
    ...(proxy === undefined ? [] : [`APT uses the proxy ${withoutLogin(proxy)}.`]),
  ].join(' ');
}
