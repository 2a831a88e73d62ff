import type { Check, Finding } from '../check';
import { nameOf, type Sources } from '../../repositories/named';
import type { RepositoryProbe } from '../../repositories/probe';

const TITLE = 'repository';

/** Whether each repository of the manifest answers. */
export function repositoriesCheck(sources: Promise<Sources>, probes: Promise<readonly RepositoryProbe[]>): Check {
  return {
    id: 'repository',
    title: TITLE,
    async run() {
      const { usesHostApt, suite } = await sources;
      const answers = await probes;
      if (usesHostApt && !answers.some(isHosts))
        return [
          {
            id: 'repository',
            title: TITLE,
            state: 'unknown',
            detail: `APT of this host has no package lists${suite === undefined ? '' : ` of ${suite}`}`,
            fix: 'Fetch them: apt-get update. If that does not help, add a source in /etc/apt/sources.list.d.',
          },
        ];
      return answers.map(({ repository, state, detail }): Finding => {
        const check = { id: `repository:${nameOf(repository)}`, title: TITLE, state, detail };
        if (state === 'ok') return check;
        const where = isHosts({ repository }) ? 'the APT sources of this host' : 'the manifest';
        return { ...check, fix: `Correct the address in ${where}, or check the network of this host, then try again.` };
      });
    },
  };
}

const isHosts = ({ repository }: Pick<RepositoryProbe, 'repository'>): boolean =>
  repository.kind === 'debian' && repository.isHosts;
