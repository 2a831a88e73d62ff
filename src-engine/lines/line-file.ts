import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { FIRST_LINE, lineId, lineNumber } from '../../src-shared/line-id';
import { flag, listOf, nullable, number, object, oneOf, optional, text, type TypeOf } from '../../src-shared/shape';
import type { BuildArea } from '../area/area';
import { linesFile } from '../area/area-state';
import { makeFolders, writeFileAtomically, writeUnsynced } from '../system/files';
import { readJsonFile } from '../system/json-file';

const VERSION = 1;

const lineOrigin = object('LineOrigin', 'Where a line left another one.', { line: text, step: nullable(text) });

const lineRecord = object('LineRecord', 'A line of checkpoints.', {
  id: text,
  name: text,
  description: text,
  pinned: flag,
  parent: nullable(lineOrigin),
  /** When it was last the line of the build data, in seconds since the epoch. */
  usedAt: number,
  /** The variant of the manifest that builds on it; missing for lines of the manifest itself. */
  variant: optional(text),
  proves: optional(text, 'Of a rebuild that proves an image: the line that becomes that of the build data afterwards.'),
});

const lineChange = object('LineChange', 'A change of lines that has begun.', {
  phase: oneOf('leave', 'enter', 'remove'),
  /** The id under which the present build data is parked; `null` in the last phase of a removal. */
  park: nullable(text),
  then: oneOf('fork', 'activate', 'reset'),
  /** The line to fork from or to activate. */
  from: nullable(text),
  /** The snapshot to fork from. */
  snapshot: nullable(text),
  /** The id of the line of the build data afterwards. */
  becomes: text,
  /** Lines that are destroyed at the end. */
  removes: listOf(text),
});

const lineFile = object('LineFile', 'The lines of a build area.', {
  version: number,
  active: text,
  /** The number in the id of the next line. */
  next: number,
  lines: listOf(lineRecord),
  change: nullable(lineChange),
});

/** A line of checkpoints. Its id never changes; the user gives it a name and a description. */
export type LineRecord = TypeOf<typeof lineRecord>;

/** A change of lines that has begun. It is recorded before anything is changed, so that the next command completes it. */
export type LineChange = TypeOf<typeof lineChange>;

/** The lines of a build area, and the change that has begun. `active` is the line of the build data. */
export type LineFile = TypeOf<typeof lineFile>;

/** The folder with the records of lines. `ID/` has what belongs to a parked line. */
export const linesFolder = (area: BuildArea): string => dirname(linesFile(area));

/** The lines of an area. Without a file there is the first one only. Throws `AppError('area')` when it cannot be read. */
export function readLines(area: BuildArea): LineFile {
  const found = readJsonFile(linesFile(area), lineFile);
  if (found.kind === 'read') return found.value;
  return found.kind === 'missing' ? onlyFirst() : fromFolders(area);
}

/**
 * Replaces the file.
 *
 * @param sync whether it must be on the disk when this returns, because what the backend does next does not force it there
 */
export function writeLines(area: BuildArea, lines: LineFile, sync = true): void {
  makeFolders(linesFolder(area));
  const write = sync ? writeFileAtomically : writeUnsynced;
  write(linesFile(area), `${JSON.stringify(lines)}\n`);
}

/** The name of a line for sentences; its id when it is not known. */
export function lineName({ lines }: LineFile, id: string): string {
  return lines.find((line) => line.id === id)?.name ?? id;
}

/** Whether a line is a rebuild that proves an image. It goes when the proof ends. */
export const isRebuild = ({ proves }: LineRecord): boolean => proves !== undefined;

/** The lines that are not the one of the build data. */
export const parkedLines = ({ lines, active }: LineFile): LineRecord[] => lines.filter(({ id }) => id !== active);

/** The id of the next line. */
export const nextId = ({ next }: LineFile): string => lineId(next);

/** The name, with a number after it when a line has it already. */
export function freeName({ lines }: LineFile, wanted: string): string {
  const taken = new Set(lines.map(({ name }) => name));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted} (${number})`;
  return name;
}

/** A line with this id and these properties. */
export function newLine(id: string, name: string, parent: LineRecord['parent'] = null): LineRecord {
  return { id, name, description: '', pinned: false, parent, usedAt: Math.floor(Date.now() / 1000) };
}

function onlyFirst(): LineFile {
  return { version: VERSION, active: FIRST_LINE, next: 2, lines: [newLine(FIRST_LINE, FIRST_LINE)], change: null };
}

/** The lines as far as the folders of the parked ones show them, because the file is damaged. */
function fromFolders(area: BuildArea): LineFile {
  const parked = readdirSync(linesFolder(area), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.includes('.'))
    .map(({ name }) => name);
  const numbers = parked.map(lineNumber);
  const next = Math.max(1, ...numbers) + 1;
  const active = parked.includes(FIRST_LINE) ? lineId(next) : FIRST_LINE;
  const lines = [active, ...parked].map((id) => newLine(id, id));
  return { version: VERSION, active, next: next + 1, lines, change: null };
}
