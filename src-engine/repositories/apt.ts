import { ask } from '../system/exec';
import { findTool } from '../system/executables';

/** A package list of the host's APT. */
export interface AptTarget {
  readonly url: string;
  readonly release: string;
  readonly component: string;
}

/**
 * The package lists of the host's APT, as APT itself reads its sources. Empty where there is no APT, or it has no
 * lists.
 */
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

/** A name without the version, release and architecture that APT accepts after it. */
export const bareName = (name: string): string => name.replace(/[:=/].*$/, '');

/** The names of all packages that the host's APT knows. */
export async function aptNames(): Promise<Set<string>> {
  return new Set((await ask(['apt-cache', 'pkgnames'], 20_000)).split('\n').filter((name) => name !== ''));
}

/** Whether another package known to the host's APT provides this name. */
export async function isProvided(name: string): Promise<boolean> {
  const answer = await ask(['apt-cache', 'showpkg', '--', name]).catch(() => ''); // a name that APT does not accept
  return /^Reverse Provides: *\n\S/m.test(answer);
}

/** Whether APT is configured to use a proxy. */
export async function aptHasProxy(): Promise<boolean> {
  if (findTool('apt-config') === undefined) return false;
  const answer = await ask(['apt-config', 'dump']).catch(() => ''); // APT's own use of it reports why
  return /^Acquire::https?::Proxy(-Auto-Detect)?\b.*"[^"]/im.test(answer) && !/::Proxy "(DIRECT|false)";/i.test(answer);
}
