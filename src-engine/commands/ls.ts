import type { FilesInCheckpointAnswer } from '../../src-shared/engine-answers/files';
import { escapeName } from '../../src-shared/name-escapes';
import { listed } from '../area/tree-diff';
import type { TreeEntry, TreePath, TreeView } from '../snapshots/tree-view';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { inspect } from './inspect';
import { findInside, shownName } from './names';
import { printAnswer, printLines } from './print';
import { stoppable } from './stoppable';
import { TREE_NAMES } from './tree-name';

const OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const lsCommand = defineCommand({
  name: 'ls',
  summary: 'the contents of a checkpoint',
  usage: ['[--json] MANIFEST TREE [PATH]'],
  description: ['Prints the entries of a folder in a checkpoint.', TREE_NAMES],
  options: OPTIONS,
  operands: { min: 2, max: 3 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const [operand = '', step = '', path = ''] = positionals;
  return stoppable(async (signal) => {
    const entries = await inspect(
      operand,
      async (inspection) => {
        const { tree } = await inspection.open(step);
        const found = await findInside(tree, path, step);
        return found.entry.type === 'folder' ? entriesIn(tree, found.path) : [entryOf(found.given, found.entry)];
      },
      signal,
    );
    if (values.json) printAnswer<FilesInCheckpointAnswer>({ step, path, entries });
    else printLines(entries.map(entryLine));
  });
}

async function entriesIn(tree: TreeView, folder: TreePath) {
  const entries = [];
  for (const name of await tree.names(folder)) {
    entries.push(entryOf(name, await listed(tree, folder === '' ? name : `${folder}/${name}`)));
  }
  return entries;
}

const LETTER = { file: '-', folder: 'd', link: 'l', other: 'o' } as const;

function entryOf(name: TreePath, entry: TreeEntry) {
  return {
    ...shownName('name', name),
    mode: LETTER[entry.type] + entry.mode.toString(8).padStart(4, '0'),
    owner: `${entry.uid}:${entry.gid}`,
    size: entry.size,
    modified: Number(entry.mtimeNs / 1_000_000n) / 1000,
    target: entry.target === undefined ? null : escapeName(entry.target),
  };
}

function entryLine({ mode, owner, size, name, target }: ReturnType<typeof entryOf>): string {
  return `${mode} ${owner.padEnd(11)} ${String(size).padStart(11)} ${name}${target === null ? '' : ` -> ${target}`}`;
}
