import { basename } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { ParkedLines, SnapshotView } from '../backend';
import type { ParkedEntries } from '../parked-entries';
import { refuseUse, removeSubvolumes } from '../store-tools';
import { collectGarbage } from './collect';
import type { PlainSnapshot } from './plain-store';
import { isAsIn, rollBack } from './roll-back';
import type { StoreSpace } from './store-space';
import { takeSnapshot, type PlainArea } from './take';

/** The name of the entry with a line's last tree. No snapshot can have it. */
const END = '@end';

/** The parts of a plain backend that its lines use. */
export interface PlainParts {
  readonly area: PlainArea;
  readonly parked: ParkedEntries;
  /** Checks and repairs before a change. */
  recover(action: string): Promise<void>;
  /** The space of all snapshots; `undefined` where it is not known. */
  space(): StoreSpace | undefined;
  /** Opens a view of a snapshot. */
  open(snapshot: PlainSnapshot): SnapshotView;
}

/**
 * Parked lines of a plain directory. The last tree of a line is one more index, so that parking stores what has changed
 * since the last snapshot. The build data stay in their place: forking and switching roll them back to an index.
 */
export function createPlainLines({ area, parked, recover, space, open }: PlainParts): ParkedLines {
  const { store, buildData, tool } = area;

  const show = (entries: readonly string[]): void =>
    parked.show(
      entries,
      store.list().map(({ path }) => path),
    );

  /** The entry of a snapshot of a line. */
  function find(line: string, name: string): string {
    const found = parked.require(line).entries.find((entry) => store.entry(entry).name === name);
    if (found === undefined) throw new AppError('snapshot', `There is no snapshot ${name} in line ${line}.`);
    return found;
  }

  /** Destroys entries that belong to no line. */
  async function collect(): Promise<void> {
    const remains = parked.remains();
    const removed = remains.flatMap((path) => store.unlist({ path }) ?? []);
    if (remains.length > 0) await collectGarbage(area, removed);
  }

  /** The line that was just parked. No process used the build data then, and to ask again takes as long as the park. */
  let justParked: string | undefined;

  /** Makes the build data equal to an entry of a line. It changes nothing when they are. */
  async function restore(action: string, entry: string, name: string, isUnused = false): Promise<void> {
    await recover(action);
    const target: PlainSnapshot = { ...store.entry(entry, parked.pathOf(entry)), name };
    if (isAsIn(area, target)) return;
    if (!isUnused) refuseUse(action, buildData);
    await removeSubvolumes(action, buildData, tool);
    await rollBack(area, target);
  }

  return {
    list: async () =>
      new Map(
        parked.lines().map((line) => {
          const { entries } = parked.require(line);
          return [
            line,
            entries.map((entry) => {
              const { name, id, takenAt } = store.entry(entry, parked.pathOf(entry));
              return { name, id, takenAt };
            }),
          ];
        }),
      ),

    async park(line) {
      if (parked.read(line)) return;
      const action = `Parking ${buildData}`;
      await recover(action);
      await collect();
      refuseUse(action, buildData);
      const entries = store.list().map(({ path }) => basename(path));
      const end = basename(store.entryAfterAll(END).path);
      await takeSnapshot(area, store.entry(end, parked.hiddenPath(end)));
      parked.write(line, { entries, end });
      justParked = line;
    },

    async fork(line, name) {
      const target = find(line, name);
      const isUnused = justParked === line;
      justParked = undefined;
      await restore(`Forking from ${name}`, target, name, isUnused);
      const { entries } = parked.require(line);
      show(entries.slice(0, entries.indexOf(target) + 1));
    },

    async open(line, name) {
      const entry = name === undefined ? (parked.require(line).end ?? '') : find(line, name);
      return open({ ...store.entry(entry, parked.pathOf(entry)), name: name ?? `end of ${line}` });
    },

    async activate(line) {
      const list = parked.read(line);
      if (!list) return;
      await restore(`Switching to line ${line}`, list.end ?? '', `the end of line ${line}`);
      show(list.entries);
      parked.remove(line);
      await collect();
    },

    async prune(line, names) {
      await recover(`Removing checkpoints of line ${line}`);
      const list = parked.require(line);
      const isKept = (entry: string): boolean => !names.includes(store.entry(entry).name);
      parked.write(line, { ...list, entries: list.entries.filter(isKept) });
      await collect();
    },

    async destroy(line) {
      await recover(`Removing line ${line}`);
      parked.remove(line);
      await collect();
    },

    blockRollback: () => Promise.resolve(false),

    async bytesEach(lines) {
      const uses = parked.uses();
      const visible = new Set(store.list().map(({ path }) => basename(path)));
      const measured = space();
      return new Map(
        lines.map((line) => {
          const { entries, end = '' } = parked.require(line);
          const own = [...entries, end].filter((one) => uses.get(one) === 1 && !visible.has(one));
          return [line, measured?.freedBy(new Set(own.map((one) => parked.pathOf(one))))];
        }),
      );
    },

    async bytes(lines) {
      const others = parked.needed(lines);
      const visible = new Set(store.list().map(({ path }) => basename(path)));
      const lists = lines.map((line) => parked.require(line));
      const own = new Set(lists.flatMap(({ entries, end = '' }) => [...entries, end]));
      const paths = [...own].filter((one) => !others.has(one) && !visible.has(one)).map((one) => parked.pathOf(one));
      return space()?.freedBy(new Set(paths));
    },
  };
}
