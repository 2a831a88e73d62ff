import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from '../launch/set-up.mjs';

/** Imports a TypeScript module of the project in plain Node. */
export async function bundled(file) {
  // In the project, where the bundle finds what it imports.
  const folder = mkdtempSync(join(root, 'node_modules/.slipway-bundled-'));
  try {
    const outfile = join(folder, 'module.mjs');
    const options = { bundle: true, packages: 'external', platform: 'node', format: 'esm', logLevel: 'warning' };
    await build({ entryPoints: [join(root, file)], outfile, ...options });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
