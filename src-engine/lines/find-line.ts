import { AppError } from '../../src-shared/errors';
import type { LineFile, LineRecord } from './line-file';

/** The line with this id, or else with this name. Throws `AppError('missing')` when there is none, or several have the name. */
export function findLine({ lines }: LineFile, designator: string): LineRecord {
  const byId = lines.find(({ id }) => id === designator);
  if (byId) return byId;
  const [found, another] = lines.filter(({ name }) => name === designator);
  if (found && !another) return found;
  throw new AppError(
    'missing',
    another ? `Several lines have the name ${designator}.` : `There is no line ${designator}.`,
    `The lines are: ${lines.map(({ id, name }) => (id === name ? id : `${id} (${name})`)).join(', ')}`,
  );
}
