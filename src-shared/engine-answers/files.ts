import * as z from 'zod';

/** An entry that differs between two trees. */
const treeChange = z.object({
  path: z.string(),
  /** Bytes of a path that is not UTF-8, as base64. */
  bytes: z.string().optional(),
  change: z.enum(['added', 'changed', 'removed']),
  type: z.enum(['file', 'folder', 'link', 'other']),
  /** Bytes; `null` where the entry does not exist, or the host does not report sizes. */
  before: z.number().nullable(),
  after: z.number().nullable(),
  /** For `changed`: what differs. */
  what: z.array(z.enum(['type', 'content', 'mode', 'owner', 'target', 'attributes'])),
});

/** What `distro_const diff --json` prints. */
export const diffAnswer = z.object({
  /** The step of the first checkpoint, and of the second; `null`: the build data as it is now. */
  from: z.string(),
  to: z.string().nullable(),
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  /** By how many bytes the files grew in all. */
  bytes: z.number(),
  /** Mounts in the build data, as escaped paths. They and their content are left out. */
  mounts: z.array(z.string()).optional(),
  changes: z.array(treeChange),
});

/** A file or folder in a checkpoint. */
const fileEntry = z.object({
  name: z.string(),
  /** Bytes of a name that is not UTF-8, as base64. */
  bytes: z.string().optional(),
  /** Type and permissions: `d0755`. */
  mode: z.string(),
  /** `UID:GID`. */
  owner: z.string(),
  /** Bytes. */
  size: z.number(),
  /** Seconds since the epoch. */
  modified: z.number(),
  /** Target of a symbolic link. */
  target: z.string().nullable(),
});

/** What `distro_const ls --json` prints. */
export const filesInCheckpointAnswer = z.object({ step: z.string(), path: z.string(), entries: z.array(fileEntry) });

/** An entry that differs between two trees. */
export type TreeChange = z.output<typeof treeChange>;
/** What `distro_const diff --json` prints. */
export type DiffAnswer = z.output<typeof diffAnswer>;
/** A file or folder in a checkpoint. */
export type FileEntry = z.output<typeof fileEntry>;
/** What `distro_const ls --json` prints. */
export type FilesInCheckpointAnswer = z.output<typeof filesInCheckpointAnswer>;
