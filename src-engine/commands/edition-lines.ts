import { dateTimeWithSeconds } from '../../src-shared/format';
import type { Edition } from '../../src-shared/engine-answers/packages';

/** Describes the dates of a catalogue for users, and what of the repositories is not followed. */
export function editionLines({ fetched, repositories, trouble, unfollowed = [] }: Edition): string[] {
  const localTime = (iso: string): string => dateTimeWithSeconds(new Date(iso));
  return [
    ...repositories.map(({ name, dated }) => `  ${name}${dated === undefined ? '' : `, of ${localTime(dated)}`}`),
    ...unfollowed.map(({ message }) => `not followed: ${message}`),
    `fetched ${localTime(fetched)}`,
    ...(trouble === undefined ? [] : [`not refreshed: ${trouble}`]),
  ];
}
