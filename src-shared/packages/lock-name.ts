/** The name or path of the lock of a manifest: `manifest.lock` beside `manifest.xml`. */
export const lockNameOf = (manifest: string): string => manifest.replace(/(\.xml)?$/, '.lock');
