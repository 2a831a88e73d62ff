import { ask } from '../system/exec';
import { findTool } from '../system/executables';

/** A list of packages that APT of this host has. */
export interface AptTarget {
  readonly url: string;
  readonly release: string;
  readonly component: string;
}

/** What the host's APT has lists of, as APT itself reads its sources. Empty where there is no APT, or it has no lists. */
export async function aptTargets(): Promise<AptTarget[]> {
  if (findTool('apt-get') === undefined) return [];
  const format = '$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)';
  const answer = await ask(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  return answer
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [url = '', release = '', component = ''] = line.split('\t');
      return { url, release, component };
    });
}

/** A name without the version, release and architecture that APT takes behind it. */
export const bareName = (name: string): string => name.replace(/[:=/].*$/, '');

/** The names of all packages that the host's APT knows. */
export async function aptNames(): Promise<Set<string>> {
  return new Set((await ask(['apt-cache', 'pkgnames'], 20_000)).split('\n').filter((name) => name !== ''));
}

/** Whether another package that the host's APT knows stands in for this name. */
export async function isProvided(name: string): Promise<boolean> {
  const answer = await ask(['apt-cache', 'showpkg', '--', name]).catch(() => '');
  return /^Reverse Provides: *\n\S/m.test(answer);
}

/** Whether APT is told of a proxy, which then is the way to its repositories. */
export async function aptHasProxy(): Promise<boolean> {
  if (findTool('apt-config') === undefined) return false;
  const answer = await ask(['apt-config', 'dump']).catch(() => '');
  return /^Acquire::https?::Proxy(-Auto-Detect)?\b.*"[^"]/im.test(answer) && !/::Proxy "(DIRECT|false)";/i.test(answer);
}
