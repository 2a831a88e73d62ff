import type { SectionCost } from '../../src-shared/document/section-cost';
import { plural, roughDuration } from '../../src-shared/format';
import { visibleName } from '../../src-shared/visible';

/** More readers are counted. */
const MAX_NAMED = 2;

/** What an edit costs, without the readers: `reruns 8 steps, about 30 s`. */
export function rerunText({ runs, seconds }: SectionCost): string {
  const time = seconds === undefined ? '' : `, about ${roughDuration(seconds)}`;
  return `reruns ${plural(runs, 'step')}${time}`;
}

/** What an edit of values that some steps read costs: `Read by im-mod; an edit reruns 8 steps, about 30 s`. */
export function costText(cost: SectionCost): string {
  const names = cost.readers.slice(0, MAX_NAMED).join(' and ');
  const more = cost.readers.length - MAX_NAMED;
  return `Read by ${visibleName(names)}${more > 0 ? ` and ${more} more` : ''}; an edit ${rerunText(cost)}`;
}
