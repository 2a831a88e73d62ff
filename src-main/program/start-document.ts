import { join, resolve } from 'node:path';
import type { DocumentServices } from '../rpc/services';
import { isThere } from '../system/files';

const SAMPLE = 'tiny-linux';

/** The manifest that the command line names: the first argument that is neither an option nor the app's own folder. */
export function documentOf(argv: readonly string[], folder: string, app?: string): string | undefined {
  const paths = argv.filter((one) => one !== '' && !one.startsWith('-')).map((one) => resolve(folder, one));
  return paths.find((path) => path !== app);
}

/** The sample document of the first start, so that a new user can build something. Created once, reopened later. */
export async function sampleDocument({ templates }: DocumentServices, documents: string): Promise<string | undefined> {
  const folder = join(documents, SAMPLE);
  const manifest = join(folder, 'manifest.xml');
  if (await isThere(manifest)) return manifest;
  try {
    return (await templates.create({ template: SAMPLE, folder, name: SAMPLE }, {})).path;
  } catch {
    return undefined; // the home is not writable; the welcome screen explains what to do
  }
}
