import type { Edition } from '../../src-shared/engine-answers/packages';
import { dateTime } from './print';

/** Describes the dates of a catalogue for users. */
export function editionLines({ fetched, repositories, trouble }: Edition): string[] {
  const localTime = (iso: string): string => dateTime(Date.parse(iso) / 1000);
  return [
    ...repositories.map(({ name, dated }) => `  ${name}${dated === undefined ? '' : `, of ${localTime(dated)}`}`),
    `fetched ${localTime(fetched)}`,
    ...(trouble === undefined ? [] : [`not refreshed: ${trouble}`]),
  ];
}
