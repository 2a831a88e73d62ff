import { basename } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { ParkedLines } from '../backend';
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
}

/**
 * Parked lines of a plain directory. The last tree of a line is one more index, so that parking stores what has changed
 * since the last snapshot. The build data stay in their place: forking and switching roll them back to an index.
 */
export function createPlainLines({ area, parked, recover, space }: PlainParts): ParkedLines {
  const { store, buildData, tool } = area;

  const show = (entries: readonly string[]): void =>
    parked.show(
      entries,
      store.list().map(({ path }) => path),
    );

  /** Destroys entries that belong to no line. */
  async function collect(): Promise<void> {
    const remains = parked.remains();
    for (const path of remains) store.unlist({ path });
    if (remains.length > 0) await collectGarbage(area);
  }

  /** Makes the build data equal to an entry of a line. It changes nothing when they are. */
  async function restore(action: string, entry: string, name: string): Promise<void> {
    await recover(action);
    const target: PlainSnapshot = { ...store.entry(entry, parked.pathOf(entry)), name };
    if (isAsIn(area, target)) return;
    refuseUse(action, buildData);
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
    },

    async fork(line, name) {
      const { entries } = parked.require(line);
      const at = entries.findIndex((entry) => store.entry(entry).name === name);
      const target = entries[at];
      if (target === undefined) throw new AppError('snapshot', `There is no snapshot ${name} in line ${line}.`);
      await restore(`Forking from ${name}`, target, name);
      show(entries.slice(0, at + 1));
    },

    async activate(line) {
      const list = parked.read(line);
      if (!list) return;
      await restore(`Switching to line ${line}`, list.end ?? '', `the end of line ${line}`);
      show(list.entries);
      parked.remove(line);
      await collect();
    },

    async destroy(line) {
      await recover(`Removing line ${line}`);
      parked.remove(line);
      await collect();
    },

    blockRollback: () => Promise.resolve(false),

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
