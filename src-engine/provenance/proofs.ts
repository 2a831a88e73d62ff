import { join } from 'node:path';
import { described, listOf, number, object, text, type TypeOf } from '../../src-shared/shape';
import type { BuildArea } from '../area/area';
import { makeFolders, writeFileAtomically } from '../system/files';
import { readJsonFile } from '../system/json-file';

/** The form of the file. */
const VERSION = 1;
/** The oldest proofs go first. */
const MAX_PROOFS = 1000;

const proof = object('Proof', 'A clean rebuild that had the same bytes.', {
  run: described(text, 'The run that finished the image.'),
  name: text,
  size: described(number, 'Bytes.'),
  modified: described(number, 'Of the image, in seconds since the epoch.'),
  sha256: text,
  at: described(number, 'When it was proven, in seconds since the epoch.'),
  host: described(text, 'The host that rebuilt it.'),
  rebuild: described(text, 'The run that rebuilt it.'),
});

const proofFile = object('Proofs', 'The proofs of a build area.', { version: number, proofs: listOf(proof) });

/** A clean rebuild that had the same bytes as an image. */
export type Proof = TypeOf<typeof proof>;

/** What a proof is about: a file of a finished build, as that build left it. */
export type Proven = Pick<Proof, 'run' | 'name' | 'size' | 'modified'>;

const pathOf = (area: BuildArea): string => join(area.stateFolder, 'proofs.json');

/** The proofs of an area; none when the file is damaged, because an image is then called resumed. */
export function readProofs(area: BuildArea): readonly Proof[] {
  const found = readJsonFile(pathOf(area), proofFile);
  return found.kind === 'read' && found.value.version === VERSION ? found.value.proofs : [];
}

/** Records proofs. The caller holds the area's lock. */
export function addProofs(area: BuildArea, added: readonly Proof[]): void {
  const kept = readProofs(area).filter((one) => !added.some((other) => isAbout(one, other)));
  makeFolders(area.stateFolder);
  const proofs = [...kept, ...added].slice(-MAX_PROOFS);
  writeFileAtomically(pathOf(area), `${JSON.stringify({ version: VERSION, proofs })}\n`);
}

/** Whether a proof is about this file. */
export function isAbout(one: Proven, { run, name, size, modified }: Proven): boolean {
  return one.run === run && one.name === name && one.size === size && one.modified === modified;
}
