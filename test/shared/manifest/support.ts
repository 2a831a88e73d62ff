import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadManifest, type LoadedManifest } from '../../../src-shared/manifest/load';
import type { PackageFault } from '../../../src-shared/manifest/rules/rule';
import { decodeManifest } from '../../../src-shared/manifest/source';

const folder = join(import.meta.dirname, '../../fixtures/manifests');

/** The day on which every test loads. */
export const NOW = new Date(2026, 1, 3, 4, 5);

/** A sample manifest's text. */
export function fixture(name: string): string {
  return decodeManifest(readFileSync(join(folder, `${name}.xml`)));
}

/** Loads a text, or a sample after an edit of its text. */
export function load(
  source: string,
  isExecutable?: (path: string) => boolean,
  packageFaults?: readonly PackageFault[],
): LoadedManifest {
  return loadManifest(source, { now: NOW, isExecutable, packageFaults });
}

/** Loads a sample in which the first `from` is replaced. Fails when there is none. */
export function loadEdited(name: string, from: string, to: string): LoadedManifest {
  const source = fixture(name);
  if (!source.includes(from)) throw new Error(`${name} has no ${from}`);
  return load(source.replace(from, () => to));
}
