import { ask, findTool } from '../tools';

/** `pkg` asks servers, in milliseconds. */
const PATIENCE = 20_000;

/** The names of all packages of an IPS repository. Rejects where there is no `pkg` to ask. */
export async function ipsNames(url: string): Promise<string[]> {
  const pkg = findTool('pkg');
  if (pkg === undefined || process.platform === 'freebsd')
    throw new Error('this host has no pkg(1) of IPS that could look into it');
  const answer = await ask([pkg, 'list', '-H', '-a', '-f', '-n', '-g', url], PATIENCE);
  return answer.split('\n').flatMap((line) => line.trim().split(/\s+/, 1).filter(Boolean));
}

/** What a manifest calls a package, as `pkg list` does: without scheme, publisher and version. */
export function ipsName(text: string): string {
  return text
    .replace(/^pkg:(\/\/[^/]+)?\/?/, '')
    .replace(/^\/+/, '')
    .replace(/@.*$/, '');
}

/** Names by all ends that `pkg` knows a package by: `editor/vim` is `vim` as well. */
export function withEnds(names: Iterable<string>): Set<string> {
  const ends = new Set<string>();
  for (const name of names)
    for (let at = 0; ; at = name.indexOf('/', at) + 1) {
      ends.add(name.slice(at));
      if (!name.includes('/', at)) break;
    }
  return ends;
}
