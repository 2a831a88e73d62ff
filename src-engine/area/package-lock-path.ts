import { resolve } from 'node:path';

/** The absolute path of the lock of a manifest, which may not exist: `manifest.lock` beside `manifest.xml`. */
export const lockPathOf = (manifest: string): string => resolve(manifest.replace(/(\.xml)?$/, '.lock'));
