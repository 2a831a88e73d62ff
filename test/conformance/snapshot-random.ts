import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { SnapshotBackend } from '../../src-engine/snapshots/backend';
import { createMemoryBackend } from '../../src-engine/snapshots/memory';
import type { Random } from '../support/random';
import { treeManifest } from '../support/tree-manifest';

const PATHS = ['a', 'b', 'folder/a', 'folder/b', 'folder/below/a', 'other/a'];
const FOLDERS = ['folder', 'folder/below', 'other'];
const NAMES = ['one', 'two', 'three', 'four', 'five'];
const ACTS = 40;

interface Side {
  readonly backend: SnapshotBackend;
  readonly buildData: string;
}

/**
 * Does the same random operations with a backend and with the one in memory, and expects the same result after each.
 */
export async function compareWithMemory(subject: Side, random: Random): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-memory-'));
  const buildData = join(folder, 'build_data');
  const memory = { backend: createMemoryBackend({ buildData }), buildData };
  const done: string[] = [];
  try {
    for (const side of [subject, memory]) await side.backend.reset();
    for (let n = 0; n < ACTS; n++) {
      const { description, act } = choose(random, n);
      done.push(description);
      const outcomes = [await outcome(() => act(subject)), await outcome(() => act(memory))];
      expect(outcomes[0], done.join('\n')).toBe(outcomes[1]);
      expect(await state(subject), done.join('\n')).toEqual(await state(memory));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function choose(random: Random, n: number): { description: string; act: (side: Side) => unknown } {
  const path = random.pick(PATHS);
  const name = random.pick(NAMES);
  const folder = random.pick(FOLDERS);
  const at = ({ buildData }: Side, below: string): string => join(buildData, below);
  const kind = random.below(20);
  if (kind < 4)
    return {
      description: `write ${path}`,
      act: (side) => {
        mkdirSync(dirname(at(side, path)), { recursive: true });
        writeFileSync(at(side, path), `${n}`.padStart(4, '0')); // all of one size
      },
    };
  if (kind < 6)
    return {
      description: `append to ${path}`,
      act: (side) => existsSync(at(side, path)) && appendFileSync(at(side, path), '+'),
    };
  if (kind < 8)
    return {
      description: `remove ${folder}`,
      act: (side) => rmSync(at(side, folder), { recursive: true, force: true }),
    };
  if (kind < 9)
    return { description: `make ${folder}`, act: (side) => mkdirSync(at(side, folder), { recursive: true }) };
  if (kind < 14) return { description: `take ${name}`, act: ({ backend }) => backend.take(name) };
  if (kind < 18) return { description: `roll back to ${name}`, act: ({ backend }) => backend.rollback(name) };
  if (kind < 19 || n % 2 === 0) return { description: `destroy ${name}`, act: ({ backend }) => backend.destroy(name) };
  return { description: 'reset', act: ({ backend }) => backend.reset() };
}

const outcome = async (act: () => unknown): Promise<'done' | 'refused'> => {
  try {
    await act();
    return 'done';
  } catch {
    return 'refused';
  }
};

async function state({ backend, buildData }: Side): Promise<unknown> {
  return {
    snapshots: (await backend.list()).map(({ name }) => name),
    tree: await treeManifest(buildData, { contentOnly: true }),
  };
}
