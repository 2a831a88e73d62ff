import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DocumentServices } from './rpc/services';

const SAMPLE = 'tiny-linux';

/** The manifest that the command line names: its first word that is not an option, nor the app itself. */
export function documentOf(words: readonly string[], folder: string): string | undefined {
  const word = words.find((one) => !one.startsWith('-') && one !== '.' && one !== '');
  return word === undefined ? undefined : resolve(folder, word);
}

/** A sample for the first start, so that a newcomer has something to build: made once, opened again later. */
export async function sampleDocument({ templates }: DocumentServices, documents: string): Promise<string | undefined> {
  const folder = join(documents, SAMPLE);
  const manifest = join(folder, 'manifest.xml');
  if (existsSync(manifest)) return manifest;
  try {
    return (await templates.create({ template: SAMPLE, folder, name: SAMPLE }, {})).path;
  } catch {
    return undefined; // the home may not be written: the welcome screen says what to do
  }
}
