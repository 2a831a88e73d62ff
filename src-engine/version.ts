/** The engine's version, shown by `--version` and written into every journal. */
export const ENGINE_VERSION = '0.1.0';
