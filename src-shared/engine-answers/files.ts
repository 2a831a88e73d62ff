import * as z from 'zod';

/** An entry that differs between two trees. */
const treeChange = z.object({
  path: z.string().describe('Path below the root of the tree.'),
  bytes: z.string().optional().describe('Bytes of a path that is not UTF-8, as base64.'),
  change: z.enum(['added', 'changed', 'removed']),
  type: z.enum(['file', 'folder', 'link', 'other']),
  before: z
    .number()
    .nullable()
    .describe('Bytes in the first tree; `null` where the entry does not exist, or the host does not report sizes.'),
  after: z.number().nullable().describe('The same for the second tree.'),
  what: z
    .array(z.enum(['type', 'content', 'mode', 'owner', 'target', 'attributes']))
    .describe('For `changed`: what differs.'),
});

/** What `distro_const diff --json` prints. */
export const diffAnswer = z.object({
  from: z.string().describe('The step of the first checkpoint.'),
  to: z.string().nullable().describe('The step of the second checkpoint; `null`: the build data as it is now.'),
  added: z.number().describe('Number of added entries.'),
  changed: z.number().describe('Number of changed entries.'),
  removed: z.number().describe('Number of removed entries.'),
  bytes: z.number().describe('By how many bytes the files grew in all.'),
  mounts: z
    .array(z.string())
    .optional()
    .describe('Mounts in the build data, as escaped paths. They and their content are left out.'),
  changes: z.array(treeChange).describe('The entries that differ.'),
});

/** A file or folder in a checkpoint. */
const fileEntry = z.object({
  name: z.string(),
  bytes: z.string().optional().describe('Bytes of a name that is not UTF-8, as base64.'),
  mode: z.string().describe('Type and permissions: `d0755`.'),
  owner: z.string().describe('`UID:GID`.'),
  size: z.number().describe('Bytes.'),
  modified: z.number().describe('Seconds since the epoch.'),
  target: z.string().nullable().describe('Target of a symbolic link.'),
});

/** What `distro_const ls --json` prints. */
export const filesInCheckpointAnswer = z.object({
  step: z.string().describe('The step of the checkpoint.'),
  path: z.string().describe('The folder.'),
  entries: z.array(fileEntry).describe('Its files and folders.'),
});

/** What `distro_const extract --json` prints. */
export const extractAnswer = z.object({
  step: z.string().describe('The step of the checkpoint.'),
  folder: z.string().describe('The folder with the copy.'),
  files: z.number().describe('Number of files.'),
  folders: z.number().describe('Number of folders.'),
  links: z.number().describe('Number of symbolic links.'),
  others: z.number().describe('Number of devices, pipes and sockets.'),
  bytes: z.number().describe('Bytes of all files.'),
  leftOut: z
    .object({ devices: z.number(), owners: z.number(), attributes: z.number() })
    .describe('How many devices, owners and extended attributes the copy lacks, because they need root.'),
});

/** An entry that differs between two trees. */
export type TreeChange = z.output<typeof treeChange>;
/** What `distro_const diff --json` prints. */
export type DiffAnswer = z.output<typeof diffAnswer>;
/** A file or folder in a checkpoint. */
export type FileEntry = z.output<typeof fileEntry>;
/** What `distro_const extract --json` prints. */
export type ExtractAnswer = z.output<typeof extractAnswer>;
/** What `distro_const ls --json` prints. */
export type FilesInCheckpointAnswer = z.output<typeof filesInCheckpointAnswer>;
