import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { report } from '../support/faults/count';
import { appIn, contentOf } from '../support/hostile/operations';
import { lacksRootOr, runTool } from '../support/run-tool';
import { tempFolder } from '../support/temp-folder';

const lacks = lacksRootOr('mount', 'umount', 'tar');
/** The document, the app's state and the additions of each operation fit into it. */
const DISK_BYTES = 16 * 1024 * 1024;
const PAGE_BYTES = 4096;
/** The free space of a full disk: a lock and a small folder fit, a file does not. */
const LEFT_BYTES = 20 * PAGE_BYTES;

function disk(): string {
  const at = join(tempFolder(), 'disk');
  mkdirSync(at);
  runTool('mount', '-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'slipway-test', at);
  onTestFinished(() => void runTool('umount', '-l', at));
  return at;
}

const refused = (message: RegExp) => ({ code: 'refused', message: expect.stringMatching(message) as string });

describe.skipIf(lacks !== undefined)(`The app's changes on a bad disk${lacks ? ` (${lacks})` : ''}`, () => {
  it('On a full disk each of ten changes is refused in a sentence, nothing is lost, and each succeeds when there is room.', async () => {
    const at = disk();
    const { operations } = await appIn(at);
    const filler = join(at, 'filler');
    const { bavail, bsize } = statfsSync(at);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - LEFT_BYTES));
    const before = contentOf(at);
    for (const { name, run } of operations)
      await expect(run(), name).rejects.toMatchObject(refused(/the disk is full\.$/));
    expect(Object.keys(contentOf(at))).toEqual(Object.keys(before));
    expect(contentOf(at)).toEqual(before);
    rmSync(filler);
    for (const { run } of operations) await run();
    report(`full disk: ${operations.length} operations refused, ${Object.keys(before).length} files unchanged`);
  });

  it('In a read-only folder each of ten changes is refused in a sentence, nothing is lost, and each succeeds later.', async () => {
    const at = disk();
    const { operations } = await appIn(at);
    const before = contentOf(at);
    runTool('mount', '-o', 'remount,ro', at);
    for (const { name, run } of operations)
      await expect(run(), name).rejects.toMatchObject(refused(/the file system is read-only\.$|is read-only\.$/));
    expect(contentOf(at)).toEqual(before);
    runTool('mount', '-o', 'remount,rw', at);
    for (const { run } of operations) await run();
    report(`read-only folder: ${operations.length} operations refused, ${Object.keys(before).length} files unchanged`);
  });
});
