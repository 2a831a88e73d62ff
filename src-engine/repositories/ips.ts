import { ask } from '../system/exec';
import { findTool } from '../system/executables';

/** `pkg` asks servers. */
const TIMEOUT_MS = 20_000;

/** The path of `pkg` of IPS; `undefined` where there is none. FreeBSD's `pkg` is another program. */
export function ipsTool(): string | undefined {
  return process.platform === 'freebsd' ? undefined : findTool('pkg');
}

/** The names of all packages of an IPS repository. Rejects where the host has no `pkg`. */
export async function ipsNames(url: string): Promise<string[]> {
  const pkg = ipsTool();
  if (pkg === undefined) throw new Error('this host has no pkg(1) of IPS to read it');
  const answer = await ask([pkg, 'list', '-H', '-a', '-f', '-n', '-g', url], TIMEOUT_MS);
  return answer.split('\n').flatMap((line) => line.trim().split(/\s+/, 1).filter(Boolean));
}

/** A package as a manifest or another package names it. */
export interface IpsReference {
  readonly publisher?: string | undefined;
  readonly name: string;
  /** Whether the name is complete: it was written with a scheme or a leading slash. */
  readonly isWhole: boolean;
  readonly version?: string | undefined;
}

/** Parses `pkg://PUBLISHER/NAME@VERSION`, `pkg:/NAME`, `/NAME` or `NAME`, each with or without a version. */
export function readReference(text: string): IpsReference {
  const [, scheme = '', rest = ''] = /^(pkg:)?(.*)$/s.exec(text.trim()) ?? [];
  const [, publisher, path = ''] = /^(?:\/\/([^/]+)\/)?(.*)$/s.exec(rest) ?? [];
  const at = path.indexOf('@');
  const name = (at < 0 ? path : path.slice(0, at)).replace(/^\/+/, '');
  const version = at < 0 ? '' : path.slice(at + 1);
  return {
    name,
    isWhole: scheme !== '' || rest.startsWith('/'),
    ...(publisher !== undefined && { publisher }),
    ...(version !== '' && { version }),
  };
}

/** The name without scheme, publisher and version, as `pkg list` prints it. */
export function ipsName(text: string): string {
  return readReference(text).name;
}

/** All names under which `pkg` finds a package: `editor/vim` is also `vim`. The full name comes first. */
export function endsOf(name: string): string[] {
  const parts = name.split('/');
  return parts.map((_, index) => parts.slice(index).join('/'));
}

/** All names under which `pkg` finds the packages. */
export function withEnds(names: Iterable<string>): Set<string> {
  const ends = new Set<string>();
  for (const name of names) for (const end of endsOf(name)) ends.add(end);
  return ends;
}
