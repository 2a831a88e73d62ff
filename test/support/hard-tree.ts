import {
  appendFileSync,
  chmodSync,
  chownSync,
  ftruncateSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { runTool } from './run-tool';

/** The abilities of a file system or user. */
export interface HardTreeOptions {
  /** Device nodes, foreign owners and capabilities, which only root can make. */
  readonly root: boolean;
  readonly xattrs: boolean;
}

/** Creates one entry of every kind that is difficult to copy or snapshot. */
export async function makeHardTree(root: string, { root: isRoot, xattrs }: HardTreeOptions): Promise<void> {
  const at = (name: string): string => join(root, name);
  for (const folder of ['bin', 'empty', 'gone/deeper', 'sealed', 'will-be-file'])
    mkdirSync(at(folder), { recursive: true });
  writeFileSync(at('plain'), 'plain text\n');
  writeFileSync(at('name\nwith newline'), 'x');
  writeFileSync(Buffer.concat([Buffer.from(at('not-utf8-')), Buffer.from([0xff, 0xfe])]), 'x');
  writeFileSync(at('triple-1'), 'one file, three names');
  linkSync(at('triple-1'), at('triple-2'));
  linkSync(at('triple-1'), at('bin/triple-3'));
  writeFileSync(at('becomes-linked-1'), 'same');
  writeFileSync(at('becomes-linked-2'), 'same');
  writeFileSync(at('splits-1'), 'same');
  utimesSync(at('splits-1'), 1_600_000_000, 1_600_000_000);
  linkSync(at('splits-1'), at('splits-2'));
  writeFileSync(at('clamped'), 'AAAA');
  utimesSync(at('clamped'), 1_600_000_000, 1_600_000_000);
  writeFileSync(at('bin/suid'), 'x');
  writeFileSync(at('gone/deeper/file'), 'x');
  writeFileSync(at('will-be-folder'), 'x');
  writeFileSync(at('will-be-file/inner'), 'x');
  symlinkSync('plain', at('link'));
  symlinkSync('/nowhere/at/all', at('dangling'));
  symlinkSync('empty', at('link-to-folder'));
  runTool('mkfifo', at('fifo'));
  await makeSocket(at('socket'));
  const sparse = openSync(at('sparse'), 'w');
  ftruncateSync(sparse, 20_000_000);
  writeSync(sparse, 'in the middle', 10_000_000);
  closeSync(sparse);
  if (isRoot) {
    runTool('mknod', at('block'), 'b', '7', '33');
    runTool('mknod', at('char'), 'c', '1', '3');
    chownSync(at('plain'), 1234, 4321);
    runTool('chown', '-h', '77:88', at('link'));
  }
  chmodSync(at('bin/suid'), 0o6755);
  if (xattrs) {
    runTool('setfattr', '-n', 'user.note', '-v', 'kept', at('plain'));
    runTool('setfattr', '-n', 'user.note', '-v', 'folder', at('empty'));
    runTool('setfacl', '-m', 'u:1234:r', at('clamped'));
    utimesSync(at('clamped'), 1_600_000_000, 1_600_000_000);
    if (isRoot) {
      writeFileSync(at('bin/ping'), 'x');
      runTool('setcap', 'cap_net_raw=ep', at('bin/ping'));
      runTool('setfattr', '-h', '-n', 'trusted.note', '-v', 'on a link', at('link'));
    }
  }
  writeFileSync(at('sealed/inside'), 'x');
  chmodSync(at('sealed'), 0o555);
  runTool('touch', '-d', '2021-02-03T04:05:06.123456789Z', at('plain'));
  lutimesSync(at('link'), 1_500_000_000.25, 1_500_000_000.25);
  utimesSync(at('empty'), 1_400_000_000, 1_400_000_000);
  utimesSync(root, 1_300_000_000, 1_300_000_000);
}

/** Changes such a tree in every way that a rollback must undo. */
export function spoilHardTree(root: string, { root: isRoot, xattrs }: HardTreeOptions): void {
  const at = (name: string): string => join(root, name);
  // The same size and the same time.
  writeFileSync(at('clamped'), 'BBBB');
  utimesSync(at('clamped'), 1_600_000_000, 1_600_000_000);
  appendFileSync(at('triple-1'), ', edited in place');
  rmSync(at('bin/triple-3'));
  writeFileSync(at('bin/triple-3'), 'one file, three names');
  rmSync(at('becomes-linked-2'));
  linkSync(at('becomes-linked-1'), at('becomes-linked-2'));
  rmSync(at('splits-2'));
  writeFileSync(at('splits-2'), 'same');
  utimesSync(at('splits-2'), 1_600_000_000, 1_600_000_000);
  rmSync(at('gone'), { recursive: true });
  rmSync(at('will-be-folder'));
  mkdirSync(at('will-be-folder/now'), { recursive: true });
  rmSync(at('will-be-file'), { recursive: true });
  writeFileSync(at('will-be-file'), 'x');
  rmSync(at('link-to-folder'));
  mkdirSync(at('link-to-folder'));
  rmSync(at('fifo'));
  writeFileSync(at('fifo'), 'a file now');
  rmSync(at('socket'));
  chmodSync(at('plain'), 0o600);
  chmodSync(at('bin/suid'), 0o644);
  chmodSync(at('sealed'), 0o755);
  rmSync(at('sealed/inside'));
  writeFileSync(at('sealed/other'), 'x');
  chmodSync(at('sealed'), 0o500);
  truncateSync(at('sparse'), 5);
  mkdirSync(at('added/deep'), { recursive: true });
  writeFileSync(at('added/deep/file'), readFileSync(at('plain')));
  chmodSync(at('added/deep'), 0o555);
  lutimesSync(at('link'), 1, 1);
  if (isRoot) {
    rmSync(at('char'));
    runTool('mknod', at('char'), 'c', '1', '5');
    chownSync(at('plain'), 0, 0);
  }
  if (xattrs) {
    runTool('setfattr', '-x', 'user.note', at('empty'));
    runTool('setfattr', '-n', 'user.new', '-v', 'x', at('plain'));
    runTool('setfacl', '-b', at('clamped'));
    if (isRoot) runTool('setcap', 'cap_net_raw,cap_chown=ep', at('bin/ping'));
  }
}

/** A socket that stays, because a server removes the name that it was created with and not the present one. */
function makeSocket(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(`${path}.tmp`, () => {
      renameSync(`${path}.tmp`, path);
      server.close(() => resolve());
    });
  });
}
