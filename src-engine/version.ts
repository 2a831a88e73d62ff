/** The engine's version, printed by `--version` and written into every journal. */
export const ENGINE_VERSION = '0.1.0';
