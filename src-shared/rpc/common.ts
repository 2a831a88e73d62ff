import * as z from 'zod';

/** An absolute path on the computer that main runs on. */
export const path = z.string().min(1).max(4096);

/** A step's checkpoint name, as `-p` and `-r` take it. */
export const stepName = z.string().min(1).max(200);

/** A run's name: its journal's file name without the ending. */
export const runName = z.string().regex(/^run-[0-9-]{10,40}$/);

/** A build host's id in the host book. */
export const hostId = z.string().min(1).max(64);

/** The text of a manifest that is being edited. */
export const editedText = z.string().max(16 * 1024 * 1024);

/** A document, and the build host that it is built on. */
export const target = { path, host: hostId };

/** A document, and the build host that it is built on. */
export interface Target {
  readonly path: string;
  readonly host: string;
}

/** A folder's content, for a file dialog. */
export const listing = z.object({
  folder: z.string(),
  parent: z.string().optional(),
  entries: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      kind: z.enum(['folder', 'manifest', 'file']),
      /** Bytes of a file. */
      size: z.number().optional(),
      /** Time of the last change, in milliseconds since 1970. */
      modified: z.number().optional(),
    }),
  ),
});

/** A folder's content. */
export type Listing = z.output<typeof listing>;
