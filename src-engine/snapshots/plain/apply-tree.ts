import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { AppError } from '../../../src-shared/errors';
import { escapeName } from '../../../src-shared/name-escapes';
import type { RunStoreTool } from '../store-tools';
import { applyAttributes, captureAttributes } from './attributes';
import { planApply, type ApplyPlan, type LiveKnowledge } from './apply-plan';
import { below, parentOf, systemPath } from '../bytes';
import { copyInodes, numberedPath } from './copy-inodes';
import { requireObjects } from './damage';
import { flagsOf, forbiddingFlagsOf, immutable, isUncopied, prepareUncopied, setFlags } from '../flags';
import type { TreeRecord } from './record';
import type { LiveEntry } from './scan';

const OWNER_BITS = 0o700;

/** A live tree that becomes equal to a snapshot's. Paths have one character per byte. */
export interface ApplyRequest {
  /** For messages: `Rolling back to .step_x`. */
  readonly action: string;
  readonly root: string;
  /** The name of the snapshot, for messages. */
  readonly snapshot: string;
  /** Whether the store's file system keeps times exactly. */
  readonly keepsTimes: boolean;
  readonly target: readonly TreeRecord[];
  readonly live: readonly LiveEntry[];
  readonly knownOf: LiveKnowledge;
  /** Whether a live folder was opened for the scan. It gets its mode at the end. */
  readonly isOpened?: (path: string) => boolean;
  /** A folder for unfinished entries on the root's file system; it is removed. ASCII only. */
  readonly stage: string;
  readonly objectPath: (reference: string) => string;
  readonly tool: RunStoreTool;
}

/**
 * Makes a live tree equal to a snapshot's, and changes only differing entries. Nothing is written in place: each inode
 * is complete before it gets its name, so that a hard link from outside is never written through. Interrupted at any
 * moment, it can be repeated.
 *
 * Throws `DamagedSnapshot` before any change when a stored object that is needed is damaged.
 * Refuses before any change when an entry to be changed is immutable.
 */
export async function applyTree(request: ApplyRequest): Promise<void> {
  const { root, target, live, knownOf, stage, tool } = request;
  const unknown = unknownFolders(request);
  const attributes = await captureAttributes(root, unknown, tool);
  if (!attributes) throw new AppError('snapshot', `${escapeName(root)} changes while it is rolled back.`);
  const plan = planApply(
    target,
    live,
    knownOf,
    new Map(unknown.map((path, n) => [path, attributes[n]])),
    await flagsOf(
      root,
      unknown.map((path) => ({ path, type: 'folder' })),
      tool,
    ),
    request.isOpened ?? (() => false),
  );
  const flags = await forbiddingFlagsOf(root, plan.touched, tool);
  if (flags.size > 0) throw immutable(request.action, root, flags);
  const needed = plan.restored.flatMap((names) => names.slice(0, 1));
  requireObjects(request.snapshot, needed, request.objectPath, request.keepsTimes);

  openFolders(root, plan);
  for (const { path, type } of plan.removals) {
    const at = systemPath(below(root, path));
    changing(request.action, below(root, path), () => (type === 'folder' ? rmdirSync(at) : unlinkSync(at)));
  }
  for (const { path, flags: own } of plan.newFolders) {
    if (path !== '' || !lstatSync(systemPath(root), { throwIfNoEntry: false }))
      mkdirSync(systemPath(below(root, path)), { mode: OWNER_BITS });
    // Only an empty folder can start to ignore the case of names.
    if (own?.includes('F')) await setFlags(root, [{ path, flags: 'F' }], tool);
  }
  await restoreInodes(request, plan);
  plan.relinked.forEach(({ record, to }, n) => {
    const link = systemPath(`${stage}/relinked-${n}`);
    linkSync(systemPath(below(root, to)), link);
    renameSync(link, systemPath(below(root, record.path)));
  });
  plan.renewed.forEach(({ path }, n) => renewFolder(below(root, path), `${stage}/renewed-${n}`));
  await rm(systemPath(stage), { recursive: true, force: true });
  await applyAttributes(root, plan.folders, tool);
  // A new folder has inherited flags from its parent.
  const made = plan.restored.flatMap((names) => names.slice(0, 1)).filter(({ flags: own }) => own !== undefined);
  await setFlags(root, [...made, ...plan.folders], tool, await flagsOf(root, plan.folders, tool));
}

/** Live folders that may have attributes which no record contains. */
function unknownFolders({ target, live, knownOf }: ApplyRequest): string[] {
  const wanted = new Map(target.map((record) => [record.path, record]));
  return live.flatMap((entry) => {
    const record = wanted.get(entry.record.path);
    const isUnknown = record?.type === 'folder' && entry.record.type === 'folder' && !knownOf(entry, record);
    return isUnknown ? [entry.record.path] : [];
  });
}

/**
 * An ordinary user cannot change the contents of an own folder without write permission. All opened folders get their
 * metadata at the end.
 */
function openFolders(root: string, { touched }: ApplyPlan): void {
  if (process.getuid?.() === 0) return;
  for (const { path, type, mode } of touched)
    if (type === 'folder' && (mode & OWNER_BITS) !== OWNER_BITS)
      chmodSync(systemPath(below(root, path)), mode | OWNER_BITS);
}

async function restoreInodes({ root, stage, objectPath, tool }: ApplyRequest, { restored }: ApplyPlan): Promise<void> {
  const links = restored.flatMap(([record], number) => (record?.type === 'link' ? [{ record, number }] : []));
  const inodes = restored.flatMap(([record], number) => (record && record.type !== 'link' ? [{ record, number }] : []));
  const copy = (reference: string | undefined, number: number, type: TreeRecord['type']) => ({
    source: objectPath(reference ?? ''),
    number,
    type,
  });
  const whole = inodes.filter(({ record }) => record.content === undefined);
  const split = inodes.filter(({ record }) => record.content !== undefined);
  const uncopied = inodes.filter(({ record }) => record.type === 'file' && isUncopied(record.flags));
  await prepareUncopied(
    uncopied.map(({ number }) => `${stage}/${numberedPath(number)}`),
    tool,
  );
  await copyInodes(
    whole.map(({ record, number }) => copy(record.object, number, record.type)),
    stage,
    tool,
  );
  await copyInodes(
    split.map(({ record, number }) => copy(record.content, number, 'file')),
    stage,
    tool,
    'content',
  );
  await copyInodes(
    split.map(({ record, number }) => copy(record.object, number, 'file')),
    stage,
    tool,
    'metadata',
  );
  for (const { number } of links)
    mkdirSync(systemPath(`${stage}/${parentOf(numberedPath(number))}`), { recursive: true });
  await applyAttributes(
    stage,
    links.map(({ record, number }) => ({ ...record, path: numberedPath(number) })),
    tool,
  );
  restored.forEach(([first, ...others], number) => {
    if (!first) return;
    const made = systemPath(`${stage}/${numberedPath(number)}`);
    // Objects of an ordinary user are readable for their owner, whatever the mode of the original was.
    if (first.type === 'file' && (first.mode & 0o400) === 0) chmodSync(made, first.mode);
    for (const { path } of others) {
      const link = systemPath(`${stage}/link`);
      linkSync(made, link);
      renameSync(link, systemPath(below(root, path)));
    }
    renameSync(made, systemPath(below(root, first.path)));
  });
}

/** Gives a folder a new inode without attributes. Its contents move. */
function renewFolder(path: string, fresh: string): void {
  mkdirSync(systemPath(fresh), { mode: OWNER_BITS });
  for (const name of readdirSync(systemPath(path), { encoding: 'latin1' as BufferEncoding }))
    renameSync(systemPath(`${path}/${name}`), systemPath(`${fresh}/${name}`));
  rmdirSync(systemPath(path));
  renameSync(systemPath(fresh), systemPath(path));
}

/** Only an attempt shows that a folder is append-only. */
function changing(action: string, path: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    throw immutable(action, parentOf(path), new Map([['', 'a']]));
  }
}
