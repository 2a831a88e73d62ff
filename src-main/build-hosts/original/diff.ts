import { join } from 'node:path/posix';
import type { DiffAnswer, TreeChange } from '../../../src-shared/engine-answers/files';
import { AppError } from '../../../src-shared/errors';
import { escapeName, isUtf8 } from '../../../src-shared/name-escapes';
import type { Transport } from '../../transport/transport';
import type { Inspection } from './inspect';
import { snapshotOf } from './status';

const KINDS = new Map<string, TreeChange['change']>([
  ['+', 'added'],
  ['-', 'removed'],
]);
const TYPES = new Map<string, TreeChange['type']>([
  ['F', 'file'],
  ['/', 'folder'],
  ['@', 'link'],
]);

/**
 * The changes that `zfs diff` reports between a checkpoint and a later one, or now, without sizes. Throws `missing` without the checkpoint, `snapshot`
 * when ZFS cannot compare.
 */
export async function diffOf(
  transport: Transport,
  inspection: Inspection,
  from: string,
  to: string | undefined,
  signal?: AbortSignal,
): Promise<DiffAnswer> {
  const [first, second] = [snapshotOf(inspection, from), to === undefined ? undefined : snapshotOf(inspection, to)];
  // `zfs diff` compares only with later snapshots.
  const isBackwards =
    second !== undefined && inspection.snapshots.indexOf(second) < inspection.snapshots.indexOf(first);
  const [older, newer] = isBackwards
    ? [second.id, first.id]
    : [first.id, second?.id ?? `${inspection.area.dataset}/build_data`];
  const { code, stdout, stderr } = await transport.run(['zfs', 'diff', '-F', '-H', older, newer], { signal });
  if (code !== 0)
    throw new AppError(
      'snapshot',
      `zfs cannot compare ${older} with ${newer}: ${stderr.trim()}`,
      'The first releases of ZFS have no zfs diff.',
    );
  const root = Buffer.from(join(inspection.area.path, 'build_data')).toString('latin1');
  const changes = stdout
    .toString('latin1')
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => changesOf(line, root, isBackwards));
  const count = (kind: TreeChange['change']): number => changes.filter(({ change }) => change === kind).length;
  return {
    from,
    to: to ?? null,
    added: count('added'),
    changed: count('changed'),
    removed: count('removed'),
    bytes: 0,
    changes,
  };
}

/** Parses a line of `zfs diff -FH`: the change, a letter for the type, the path, and for a rename the new path. The root itself is left out. */
function changesOf(line: string, root: string, isBackwards: boolean): TreeChange[] {
  const [sign = '', letter = '', ...paths] = line.split('\t');
  const [path = '', renamed] = paths.map((one) => unescaped(one).slice(root.length + 1));
  if (path === '') return [];
  const type = TYPES.get(letter) ?? 'other';
  const entry = (change: TreeChange['change'], at: string): TreeChange => ({
    change,
    path: escapeName(at),
    ...(!isUtf8(at) && { bytes: Buffer.from(at, 'latin1').toString('base64') }),
    type,
    before: null,
    after: null,
    what: [],
  });
  const kind = (one: TreeChange['change']): TreeChange['change'] =>
    !isBackwards || one === 'changed' ? one : one === 'added' ? 'removed' : 'added';
  // Slipway compares by names, so a rename is a removal and an addition.
  if (renamed !== undefined) return [entry(kind('removed'), path), entry(kind('added'), renamed)];
  return [entry(kind(KINDS.get(sign) ?? 'changed'), path)];
}

/** One character per byte. `zfs diff` writes each byte that is not plain as a backslash and its octal number in four digits. */
const unescaped = (path: string): string =>
  path.replace(/\\0([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
