import { dateTimeWithSeconds } from '../../src-shared/format';
import type { Edition } from '../../src-shared/engine-answers/packages';

/** Describes the dates of a catalogue for users. */
export function editionLines({ fetched, repositories, trouble }: Edition): string[] {
  const localTime = (iso: string): string => dateTimeWithSeconds(new Date(iso));
  return [
    ...repositories.map(({ name, dated }) => `  ${name}${dated === undefined ? '' : `, of ${localTime(dated)}`}`),
    `fetched ${localTime(fetched)}`,
    ...(trouble === undefined ? [] : [`not refreshed: ${trouble}`]),
  ];
}
