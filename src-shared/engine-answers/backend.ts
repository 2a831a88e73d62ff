import * as z from 'zod';

/** The backends that keep checkpoints. A new one is added here; the compiler then names what it needs. */
export const BACKEND_NAMES = ['zfs', 'btrfs', 'plain'] as const;

/** The kind of a backend that keeps checkpoints. */
export type BackendName = (typeof BACKEND_NAMES)[number];

const names = BACKEND_NAMES.map((name) => `\`${name}\``);

/** The kind of the snapshot backend. It is a text, because a newer engine may have another kind. */
export const backend = z
  .string()
  .describe(
    `How checkpoints are taken: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}; \`none\` where the host takes none in this area.`,
  );
