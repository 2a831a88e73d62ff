import { join } from 'node:path/posix';
import type { DiffAnswer, TreeChange } from '../../../src-shared/engine-answers/files';
import { AppError } from '../../../src-shared/errors';
import { escapeName, isUtf8 } from '../../../src-shared/name-escapes';
import type { Transport } from '../../transport/transport';
import type { Inspection } from './inspect';
import { snapshotOf } from './status';
import { systemTool } from './system-tool';

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
  const { code, stdout, stderr } = await transport.run(systemTool('zfs', 'diff', '-F', '-H', older, newer), { signal });
  if (code !== 0) {
    // It prints its whole usage for a command that it does not have.
    const isMissing = /unrecognized command/.test(stderr);
    throw new AppError(
      'snapshot',
      isMissing
        ? 'The ZFS of this host has no zfs diff, so checkpoints cannot be compared.'
        : `zfs cannot compare ${older} with ${newer}: ${stderr.trim()}`,
      isMissing ? 'Use a host with a newer ZFS.' : 'See the cause in the message of zfs.',
    );
  }
  const root = Buffer.from(join(inspection.area.path, 'build_data')).toString('latin1');
  const text = stdout.toString('latin1');
  const unescape = unescaperFor(text);
  const changes = text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => changesOf(line, root, isBackwards, unescape));
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

/**
 * Parses a line of `zfs diff -FH`: the change, a letter for the type, the path, and for a rename the new path. A changed number of links
 * is a fourth field, `(+1)`. The root itself is left out.
 */
function changesOf(line: string, root: string, isBackwards: boolean, unescape: Unescape): TreeChange[] {
  const [sign = '', letter = '', ...paths] = line.split('\t');
  const [path = '', second] = paths.map((one) => unescape(one).slice(root.length + 1));
  const renamed = sign === 'R' ? second : undefined;
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

/** Returns a path with one character per byte. */
type Unescape = (path: string) => string;

/**
 * `zfs diff` writes each byte that is not plain as a backslash and its octal number: in three digits on illumos, in four elsewhere. Digits
 * of the name may follow. The whole output is in four digits when all of its escapes are bytes that need one.
 */
function unescaperFor(output: string): Unescape {
  const escapes = output.match(/\\[0-7]{3,4}/g) ?? [];
  const isFour = escapes.every((one) => one.length === 5 && needsEscape(parseInt(one.slice(1), 8)));
  const pattern = isFour ? /\\([0-7]{4})/g : /\\([0-7]{3})/g;
  return (path) => path.replace(pattern, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

const needsEscape = (byte: number): boolean => byte <= 0x20 || byte === 0x5c || (byte >= 0x7f && byte <= 0xff);
