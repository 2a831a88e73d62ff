import type { RightsAnswer } from '../engine-answers/doctor';

/** Groups the lines under titles, without empty groups. */
export function rightsGroups({ rights }: RightsAnswer): { title: string; lines: string[] }[] {
  return [
    { title: 'sudo: a file in /etc/sudoers.d', lines: rights.sudoers },
    { title: 'ZFS: commands for root', lines: rights.zfsAllow },
    { title: 'Rights profile', lines: rights.rightsProfile },
  ].filter(({ lines }) => lines.length > 0);
}
