import type { DiffAnswer } from '../../src-shared/engine-answers/files';
import { bytes } from '../../src-shared/format';
import { escapeName } from '../../src-shared/name-escapes';
import { compareTrees } from '../area/compare-trees';
import { mountsBelow, withoutContent } from '../area/foreign-mounts';
import type { TreeChange } from '../area/tree-diff';
import type { TreeView } from '../snapshots/tree-view';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { inspect, type Inspection } from './inspect';
import { shownName } from './names';
import { printAnswer, printLines } from './print';
import { stoppable } from './stoppable';
import { TREE_NAMES } from './tree-name';

const OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const diffCommand = defineCommand({
  name: 'diff',
  summary: 'what changed between checkpoints or lines, or since one',
  usage: ['[--json] MANIFEST TREE [TREE]'],
  description: [
    'Prints files that were added, changed and removed from the first tree to the second, or to the build data as it is now.',
    TREE_NAMES,
  ],
  options: OPTIONS,
  operands: { min: 2, max: 3 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const [operand = '', from = '', to] = positionals;
  return stoppable(async (signal) => {
    const { changes, withAttributes, mounts } = await inspect(
      operand,
      async (inspection) => {
        const before = await treeOf(inspection, from);
        const after = await treeOf(inspection, to);
        // What is mounted in the build data is not a change by the build.
        const mounts = inspection.readsLive ? await mountsBelow(inspection.context.area.buildData) : [];
        const compared = await compareTrees(withoutContent(before, mounts), withoutContent(after, mounts), signal);
        return { ...compared, changes: compared.changes.filter(({ path }) => !mounts.includes(path)), mounts };
      },
      signal,
    );
    if (!withAttributes)
      process.stderr.write('Extended attributes were not compared: this host has no getfattr (Debian package attr).\n');
    for (const mount of mounts)
      process.stderr.write(`${escapeName(mount)} is a mount in the build data. It and its content were left out.\n`);
    if (values.json)
      printAnswer<DiffAnswer>({
        from,
        to: to ?? null,
        ...totals(changes),
        ...(mounts.length > 0 && { mounts: mounts.map(escapeName) }),
        changes: changes.map(({ path, ...change }) => ({ ...shownName('path', path), ...change })),
      });
    else printLines([...changes.map(changeLine), summary(changes)]);
  });
}

/** The tree that an argument names; without one the build data. */
async function treeOf(inspection: Inspection, designator: string | undefined): Promise<TreeView> {
  const isLive = designator === undefined || inspection.isLive(designator);
  return isLive ? inspection.live() : (await inspection.open(designator)).tree;
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
