import type { LinesAnswer } from '../../src-shared/engine-answers/lines';
import { stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { bytes, dateTime, plural } from '../../src-shared/format';
import { readCheckpointRecord, type RecordPlace } from '../area/checkpoint-records';
import { byLastUse } from '../lines/by-last-use';
import { countMedia } from '../boot-test/media';
import { parkedMedia } from '../lines/parked-media';
import { readLines, type LineRecord } from '../lines/line-file';
import { parkedPlace } from '../lines/parked-records';
import type { Snapshot } from '../snapshots/backend';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import type { AreaContext } from './context';
import { inspect } from './inspect';
import { printAnswer, printLines } from './print';

const OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const linesCommand = defineCommand({
  name: 'lines',
  summary: 'the lines of checkpoints that the build area keeps',
  usage: ['[--json] MANIFEST'],
  description: [
    'Prints the lines of the build area: the one of the build data, and those that `build --fork` has kept, with their checkpoints and the bytes that removing each frees.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const answer = await inspect(positionals[0] ?? '', (inspection) => describeLines(inspection.useAll()));
  if (values.json) printAnswer<LinesAnswer>(answer);
  else printLines(answer.lines.map(row));
  return 0;
}

type Line = LinesAnswer['lines'][number];

/** The line of the build data first, the others from the latest used one on. */
async function describeLines({ area, backend, snapshots }: AreaContext): Promise<LinesAnswer> {
  const { lines, active } = readLines(area);
  const parked = lines.length > 1 ? await backend.lines.list() : new Map<string, readonly Snapshot[]>();
  const freed = await backend.lines.bytesEach([...parked.keys()].filter((id) => lines.some((line) => line.id === id)));
  const described = [];
  for (const line of inOrder(lines, active)) {
    const isActive = line.id === active;
    const place = isActive ? area : parkedPlace(area, line.id);
    const found = isActive ? snapshots : (parked.get(line.id) ?? []);
    described.push({
      id: line.id,
      name: line.name,
      description: line.description,
      pinned: line.pinned,
      active: isActive,
      parent: line.parent && { ...line.parent },
      variant: line.variant ?? null,
      usedAt: line.usedAt,
      checkpoints: found.flatMap((snapshot) => checkpointOf(place, snapshot) ?? []),
      outputs: await countMedia(isActive ? area.media : parkedMedia(area, line.id)),
      bytes: isActive ? null : (freed.get(line.id) ?? null),
    });
  }
  return { lines: described };
}

function inOrder(lines: readonly LineRecord[], active: string): LineRecord[] {
  const isActive = ({ id }: LineRecord): number => (id === active ? 1 : 0);
  return [...lines].sort((a, b) => isActive(b) - isActive(a) || byLastUse(a, b));
}

function checkpointOf(place: RecordPlace, { name, takenAt }: Snapshot): Line['checkpoints'][number] | undefined {
  const step = stepOfSnapshot(name);
  if (step === undefined) return undefined;
  const answer = readCheckpointRecord(place, step);
  return { step, takenAt, key: 'record' in answer ? answer.record.key : null };
}

function row({
  id,
  name,
  active,
  pinned,
  variant,
  parent,
  checkpoints,
  outputs,
  bytes: freed,
  usedAt,
  description,
}: Line): string {
  const facts = [
    plural(checkpoints.length, 'checkpoint'),
    plural(outputs, 'output'),
    ...(parent ? [`left ${parent.line} ${parent.step === null ? 'at the beginning' : `before ${parent.step}`}`] : []),
    active ? 'the build data' : `parked ${dateTime(new Date(usedAt * 1000))}, ${bytes(freed)} of its own`,
    ...(pinned ? ['pinned'] : []),
    ...(typeof variant === 'string' && variant !== name ? [`variant ${variant}`] : []),
    ...(description === '' ? [] : [description]),
  ];
  return `${active ? '*' : ' '} ${id.padEnd(8)} ${name}: ${facts.join('; ')}`;
}
