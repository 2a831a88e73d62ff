import { pipeline } from 'node:stream/promises';
import { AppError } from '../../src-shared/errors';
import { checkpointName } from '../../src-shared/checkpoints/model';
import { escapeName, isUtf8, unescapeName } from '../../src-shared/name-escapes';
import { bytes } from '../../src-shared/words';
import { onStopSignal } from '../system/stop-signal';
import { diffTrees, type TreeChange } from '../area/tree-diff';
import type { SnapshotView } from '../snapshots/backend';
import { FolderTree } from '../snapshots/folder-tree';
import { resolvePath, type FoundEntry } from '../snapshots/resolve-path';
import type { TreeEntry, TreePath, TreeView } from '../snapshots/tree-view';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { openContext, stepNamed, type AreaContext } from './context';
import { printJson, printLines } from './print';

const DIFF_OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const diffCommand = defineCommand({
  name: 'diff',
  summary: 'what changed between checkpoints, or since one',
  usage: ['[--json] MANIFEST STEP [STEP]'],
  description: [
    'Prints files that were added, changed and removed from the first checkpoint to the second, or to the build data as it is now.',
  ],
  options: DIFF_OPTIONS,
  operands: { min: 2, max: 3 },
  run: runDiff,
});

async function runDiff({ values, positionals }: Parsed<typeof DIFF_OPTIONS>): Promise<number> {
  const [operand = '', from = '', to] = positionals;
  const context = await openContext(operand);
  return stoppable(async (signal) => {
    const before = await openCheckpoint(context, from);
    try {
      const after = to === undefined ? liveTree(context) : await openCheckpoint(context, to);
      try {
        const changes: TreeChange[] = [];
        for await (const change of diffTrees(before.tree, after.tree, signal)) changes.push(change);
        if (values.json)
          printJson({
            from,
            to: to ?? null,
            ...totals(changes),
            changes: changes.map(({ path, ...change }) => ({ ...shown('path', path), ...change })),
          });
        else printLines([...changes.map(changeLine), summary(changes)]);
      } finally {
        await after.close();
      }
    } finally {
      await before.close();
    }
  });
}

const LS_OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const lsCommand = defineCommand({
  name: 'ls',
  summary: 'what is in a checkpoint',
  usage: ['[--json] MANIFEST STEP [PATH]'],
  description: ['Prints the entries of a folder in a checkpoint.'],
  options: LS_OPTIONS,
  operands: { min: 2, max: 3 },
  run: runLs,
});

async function runLs({ values, positionals }: Parsed<typeof LS_OPTIONS>): Promise<number> {
  const [operand = '', step = '', path = ''] = positionals;
  return insideCheckpoint(operand, step, path, async (tree, found) => {
    const isFolder = found.entry.type === 'folder';
    const entries = isFolder ? await entriesIn(tree, found.path) : [entryOf(bytesOf(path), found.entry)];
    if (values.json) printJson({ step, path, entries });
    else
      printLines(
        entries.map(
          (entry) =>
            `${entry.mode} ${entry.owner.padEnd(11)} ${String(entry.size).padStart(11)} ${entry.name}${entry.target === null ? '' : ` -> ${entry.target}`}`,
        ),
      );
  });
}

const CAT_OPTIONS = {
  bytes: { type: 'string', value: 'N', description: 'print at most the first N bytes' },
} as const satisfies OptionTable;

export const catCommand = defineCommand({
  name: 'cat',
  summary: 'a file of a checkpoint',
  usage: ['[--bytes N] MANIFEST STEP PATH'],
  description: ['Prints a file of a checkpoint on standard output, byte for byte.'],
  options: CAT_OPTIONS,
  operands: { min: 3, max: 3 },
  run: runCat,
});

async function runCat({ values, positionals }: Parsed<typeof CAT_OPTIONS>): Promise<number> {
  if (values.bytes !== undefined && !/^[1-9]\d{0,14}$/.test(values.bytes))
    throw new AppError('usage', `--bytes takes a number from 1: ${values.bytes}`);
  const end = values.bytes === undefined ? undefined : Number(values.bytes) - 1;
  const [operand = '', step = '', path = ''] = positionals;
  return insideCheckpoint(operand, step, path, async (tree, found, signal) => {
    if (found.entry.type !== 'file')
      throw new AppError(
        'missing',
        `${path} in the checkpoint of ${step} is not a file.`,
        `List it with: distro_const ls ${operand} ${step} ${path}`,
      );
    await pipeline(await tree.read(found.path, end), process.stdout, { end: false, signal });
  });
}

async function insideCheckpoint(
  operand: string,
  step: string,
  path: string,
  look: (tree: TreeView, found: FoundEntry, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  const context = await openContext(operand);
  return stoppable(async (signal) => {
    const view = await openCheckpoint(context, step);
    try {
      const found = await resolvePath(view.tree, bytesOf(path));
      if (!found) throw new AppError('missing', `There is no ${path} in the checkpoint of ${step}.`);
      await look(view.tree, found, signal);
    } finally {
      await view.close();
    }
  });
}

/**
 * Runs a look that a signal ends with its views closed: a view of ZFS that stays keeps its checkpoint from being removed.
 * The exit status is 0, or 128 + n after signal n.
 */
async function stoppable(look: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const stopping = new AbortController();
  const stop = onStopSignal(() => stopping.abort());
  try {
    await look(stopping.signal);
  } catch (error) {
    if (stop.signal === undefined) throw error;
  } finally {
    stop.dispose();
  }
  return stop.signal === undefined ? 0 : 128 + stop.number;
}

/** The path that an operand means. */
function bytesOf(operand: string): TreePath {
  const path = unescapeName(operand);
  if (path !== undefined) return path;
  throw new AppError(
    'usage',
    `${operand} has an escape that does not exist.`,
    'Write a backslash as \\\\, and a byte as \\x and two hexadecimal digits, as "distro_const ls" prints them.',
  );
}

/** A read-only view of a step's checkpoint; throws `missing` when it has none. Close it. */
export async function openCheckpoint(context: AreaContext, designator: string): Promise<SnapshotView> {
  const step = context.file.manifest.steps[stepNamed(context, designator)]?.name ?? '';
  const name = checkpointName(step);
  if (!context.snapshots.some((snapshot) => snapshot.name === name))
    throw new AppError(
      'missing',
      `The step ${step} has no checkpoint.`,
      'See which have: distro_const checkpoints MANIFEST',
    );
  return context.backend.open(name);
}

/** The build data as it is: only to compare with, never handed out to browse. */
function liveTree({ area }: AreaContext): Pick<SnapshotView, 'tree' | 'close'> {
  return { tree: new FolderTree(area.buildData), close: () => Promise.resolve() };
}

async function entriesIn(tree: TreeView, folder: TreePath) {
  const entries = [];
  for (const name of await tree.names(folder)) {
    const entry = await tree.entry(folder === '' ? name : `${folder}/${name}`);
    if (entry) entries.push(entryOf(name, entry));
  }
  return entries;
}

const LETTER = { file: '-', folder: 'd', link: 'l', other: 'o' } as const;

function entryOf(name: TreePath, entry: TreeEntry) {
  return {
    ...shown('name', name),
    mode: LETTER[entry.type] + entry.mode.toString(8).padStart(4, '0'),
    owner: `${entry.uid}:${entry.gid}`,
    size: entry.size,
    modified: Number(entry.mtimeNs / 1_000_000n) / 1000,
    target: entry.target === undefined ? null : escapeName(entry.target),
  };
}

/** A name or path for a JSON document: escaped text, and its bytes as base64 where it is not UTF-8. */
function shown<K extends string>(key: K, path: TreePath) {
  const text = { [key]: escapeName(path) } as Record<K, string>;
  return isUtf8(path) ? text : { ...text, bytes: Buffer.from(path, 'latin1').toString('base64') };
}

function totals(changes: readonly TreeChange[]) {
  const count = (kind: TreeChange['change']): number => changes.filter(({ change }) => change === kind).length;
  const grown = changes.reduce(
    (sum, { after, before, type }) => sum + (type === 'file' ? (after ?? 0) - (before ?? 0) : 0),
    0,
  );
  return { added: count('added'), changed: count('changed'), removed: count('removed'), bytes: grown };
}

function summary(changes: readonly TreeChange[]): string {
  const { added, changed, removed, bytes: grown } = totals(changes);
  return `${added} added, ${changed} changed, ${removed} removed, ${grown < 0 ? '-' : '+'}${bytes(Math.abs(grown))}`;
}

const SIGN = { added: '+', changed: '~', removed: '-' } as const;

function changeLine({ change, path, before, after, type, what }: TreeChange): string {
  const size =
    type !== 'file'
      ? type
      : change === 'changed'
        ? `${bytes(before ?? 0)} -> ${bytes(after ?? 0)}`
        : bytes(after ?? before ?? 0);
  return `${SIGN[change]} ${escapeName(path)}  (${size}${what.length > 0 ? `; ${what.join(', ')}` : ''})`;
}
