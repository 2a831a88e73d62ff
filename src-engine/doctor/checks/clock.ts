import { duration } from '../../../src-shared/format';
import type { Check } from '../check';
import type { RepositoryProbe } from '../../repositories/probe';

/** A larger difference breaks certificates and file times. */
const MAX_SKEW_SECONDS = 120;

/** The host's clock compared with those of the repositories that answered. */
export function clockCheck(probes: Promise<readonly RepositoryProbe[]>): Check {
  // Not `clock`: the app uses that id for the comparison of the host's clock with its own.
  const check = { id: 'repository-clock', title: 'clock' };
  return {
    ...check,
    async run() {
      const skews = (await probes).flatMap(({ skewSeconds: skew }) => (skew === undefined ? [] : [skew]));
      if (skews.length === 0)
        return [{ ...check, state: 'unknown', detail: 'no repository sent a time to compare with' }];
      const skew = Math.min(...skews);
      return [
        skew <= MAX_SKEW_SECONDS
          ? { ...check, state: 'ok', detail: 'matches the repository' }
          : {
              ...check,
              state: 'note',
              detail: `${duration(skew)} off from the repository: certificates may be refused, and files have wrong times`,
              fix:
                process.platform === 'linux'
                  ? 'timedatectl set-ntp true'
                  : 'Set the clock of this host, preferably by NTP.',
            },
      ];
    },
  };
}
