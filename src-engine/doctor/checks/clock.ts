import { duration } from '../../../src-shared/format';
import type { Check } from '../check';
import type { Reached } from '../../repositories/reach';

/** A larger difference breaks certificates and file times. */
const MOST_SKEW = 120;

/** The host's clock compared with those of the repositories that answered. */
export function clockCheck(reached: Promise<readonly Reached[]>): Check {
  // Not `clock`: the app uses that id for the comparison of the host's clock with its own.
  const it = { id: 'repository-clock', title: 'clock' };
  return {
    ...it,
    async look() {
      const skews = (await reached).flatMap(({ skew }) => (skew === undefined ? [] : [skew]));
      if (skews.length === 0) return [{ ...it, state: 'unknown', detail: 'no repository sent a time to compare with' }];
      const skew = Math.min(...skews);
      return [
        skew <= MOST_SKEW
          ? { ...it, state: 'ok', detail: 'matches the repository' }
          : {
              ...it,
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
