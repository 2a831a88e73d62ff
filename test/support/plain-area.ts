import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { SnapshotBackend } from '../../src-engine/snapshots/backend';
import { createPlainBackend } from '../../src-engine/snapshots/plain';
import { AppError } from '../../src-shared/errors';
import { lacksTool } from './run-tool';
import { treeManifest } from './tree-manifest';

/** A build area in a plain directory. */
export class PlainArea {
  readonly buildData: string;
  readonly store: string;
  readonly backend: SnapshotBackend;

  constructor(folder: string) {
    this.buildData = join(folder, 'build_data');
    this.store = join(folder, '.slipway/snapshots');
    mkdirSync(this.buildData, { recursive: true });
    this.backend = createPlainBackend(this);
  }

  at(name: string): string {
    return join(this.buildData, name);
  }

  packs(): string[] {
    return readdirSync(this.store).filter((name) => name.startsWith('pack-'));
  }

  /** Names in the store that are neither snapshots nor state. */
  leftovers(): string[] {
    return readdirSync(this.store).filter((name) => !/^(pack-|index-|\.live-tree$|\.live-stamps$)/.test(name));
  }

  tree(): Promise<string[]> {
    return treeManifest(this.buildData, { ignoreXattrs: lacksTool('getfattr') !== undefined });
  }

  async snapshot(name: string): Promise<string[]> {
    const view = await this.backend.open(name);
    try {
      return await treeManifest(await view.folder(), { ignoreXattrs: lacksTool('getfattr') !== undefined });
    } finally {
      await view.close();
    }
  }
}

/** A folder for the areas of a test file, which is removed at its end, and a function that creates an area in it. */
export function usePlainAreas(): { readonly folder: string; newArea(): PlainArea } {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-plain-'));
  let areas = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, newArea: () => new PlainArea(join(folder, `${areas++}`)) };
}

/** The expected error of an attempt. */
export async function refusal(attempt: Promise<unknown>): Promise<AppError> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}
