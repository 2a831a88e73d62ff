import { join } from 'node:path';
import { described, listOf, nullable, number, object, text, type TypeOf } from '../../src-shared/shape';
import type { Origin } from '../../src-shared/provenance/origin';
import { AppError } from '../../src-shared/errors';
import type { BuildArea } from '../area/area';
import { makeFolders, writeFileAtomically } from '../system/files';
import { readJsonFile } from '../system/json-file';

/** The form of the file. */
const VERSION = 1;

const release = object('Release', 'An image that was released.', {
  name: text,
  sha256: text,
  size: described(number, 'Bytes.'),
  origin: described(nullable(text), '`null`: unknown.'),
  run: described(nullable(text), 'The run that finished it.'),
  reason: described(nullable(text), 'Why it was released although it is resumed and not proven.'),
  at: described(number, 'Seconds since the epoch.'),
  host: text,
});

const releaseFile = object('Releases', 'The releases of a build area.', { version: number, releases: listOf(release) });

/** An image that was released. */
export type Release = TypeOf<typeof release> & { readonly origin: Origin | null };

const pathOf = (area: BuildArea): string => join(area.stateFolder, 'releases.json');

/** The releases of an area, oldest first. Throws `AppError('area')` when the file is damaged. */
export function readReleases(area: BuildArea): readonly Release[] {
  const path = pathOf(area);
  const found = readJsonFile(path, releaseFile);
  if (found.kind === 'missing') return [];
  if (found.kind === 'read' && found.value.version === VERSION) return found.value.releases as readonly Release[];
  throw new AppError(
    'area',
    `The list of releases ${path} is damaged: ${found.kind === 'damaged' ? found.why : 'it is of another version'}.`,
    'Restore it from a backup, or move it away: then the list begins again.',
  );
}

/** Records a release. The caller holds the area's lock. */
export function addRelease(area: BuildArea, added: Release): void {
  const releases = [...readReleases(area), added];
  makeFolders(area.stateFolder);
  writeFileAtomically(pathOf(area), `${JSON.stringify({ version: VERSION, releases })}\n`);
}
