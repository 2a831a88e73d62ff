import { escapeName } from '../../src-shared/name-escapes';
import type { TreeEntry, TreePath, TreeView } from '../snapshots/tree-view';

/** The contents of a tree, and the differences of its copy. */
export interface CopyReport {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  /** FIFOs, sockets and devices. */
  readonly others: number;
  /** Bytes in files. */
  readonly bytes: number;
  /** Paths of devices that the copy lacks, and of entries with another owner or group: only root can make these. */
  readonly devices: readonly TreePath[];
  readonly owners: readonly TreePath[];
  /**
   * Entries of which only the mode differs, with the mode that they must have. zfs-fuse keeps an access control list as data beside the
   * mode, and tools that copy set one of both.
   */
  readonly modes: readonly { readonly path: TreePath; readonly mode: number }[];
  /** Other differences: a path and the differing property. */
  readonly wrong: readonly string[];
}

/** Compares the metadata of a tree with that of its copy. */
export async function reportCopy(original: TreeView, copy: TreeView, signal?: AbortSignal): Promise<CopyReport> {
  const counts = { file: 0, folder: 0, link: 0, other: 0 };
  const [devices, owners, wrong]: [string[], string[], string[]] = [[], [], []];
  const modes: { path: TreePath; mode: number }[] = [];
  let bytes = 0;
  const pending: TreePath[] = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    signal?.throwIfAborted();
    const [entry, copied] = [await original.entry(path), await copy.entry(path)];
    if (!entry) throw new Error(`the tree has no entry ${escapeName(path)}, which it lists`);
    counts[entry.type]++;
    if (entry.type === 'file') bytes += entry.size;
    if (!copied && isDevice(entry)) devices.push(path);
    else {
      const isOthers = copied?.uid !== entry.uid || copied.gid !== entry.gid;
      if (isOthers) owners.push(path);
      const what = differences(entry, copied, isOthers);
      if (what.length === 1 && what[0] === 'mode') modes.push({ path, mode: entry.mode });
      else if (what.length > 0) wrong.push(`${escapeName(path) || '/'} (${what.join(', ')})`);
    }
    if (entry.type !== 'folder') continue;
    const names = await original.names(path);
    for (const name of names) pending.push(path === '' ? name : `${path}/${name}`);
  }
  const { file: files, folder: folders, link: links, other: others } = counts;
  return { files, folders, links, others, bytes, devices, owners, modes, wrong };
}

const isDevice = ({ node }: TreeEntry): boolean => node !== undefined && /^(char|block):/.test(node);

/** The system clears set-id bits of a file that it may not give to its owner. */
const SET_ID = 0o6000;

function differences(a: TreeEntry, b: TreeEntry | undefined, isOthers: boolean): string[] {
  if (!b) return ['missing'];
  if (a.type !== b.type || a.node !== b.node) return ['type'];
  const kept = isOthers ? ~SET_ID : ~0;
  return [
    ...((a.mode & kept) !== (b.mode & kept) ? ['mode'] : []),
    ...(a.mtimeNs !== b.mtimeNs ? ['time'] : []),
    ...(a.target !== b.target ? ['target'] : []),
    ...(a.type === 'file' && a.size !== b.size ? ['size'] : []),
  ];
}
