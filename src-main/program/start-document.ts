import { join, resolve } from 'node:path';
import type { DocumentServices } from '../rpc/services';
import { isThere } from '../files/in-time';

const SAMPLE = 'tiny-linux';

/** The manifest that the command line names: its first word that is neither an option nor the app's own folder. */
export function documentOf(words: readonly string[], folder: string, app?: string): string | undefined {
  const paths = words.filter((word) => word !== '' && !word.startsWith('-')).map((word) => resolve(folder, word));
  return paths.find((path) => path !== app);
}

/** A sample for the first start, so that a newcomer has something to build: made once, opened again later. */
export async function sampleDocument({ templates }: DocumentServices, documents: string): Promise<string | undefined> {
  const folder = join(documents, SAMPLE);
  const manifest = join(folder, 'manifest.xml');
  if (await isThere(manifest)) return manifest;
  try {
    return (await templates.create({ template: SAMPLE, folder, name: SAMPLE }, {})).path;
  } catch {
    return undefined; // the home may not be written: the welcome screen says what to do
  }
}
