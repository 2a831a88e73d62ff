import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DisksAnswer, WriteEvent } from '../../../src-shared/engine-answers/disks';
import { finished, TestProject, type Ran } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { lacksRootOr, runTool } from '../../support/run-tool';

const MIB = 1024 ** 2;
const lack = process.platform === 'linux' ? lacksRootOr('losetup', 'lsblk', 'blockdev', 'mkfs.vfat') : 'needs Linux';

/** Loop devices stand in for sticks. */
describe.skipIf(lack !== undefined)(`writing to a removable disk${lack === undefined ? '' : ` (${lack})`}`, () => {
  let project: TestProject;
  let stick: string;
  let device: string;
  let image: string;
  const loops: string[] = [];

  beforeEach(() => {
    project = new TestProject();
    stick = join(project.folder, 'stick');
    writeFileSync(stick, '');
    truncateSync(stick, 40 * MIB);
    runTool('mkfs.vfat', '-n', 'HOLIDAY', stick);
    device = attach(stick);
    image = join(project.folder, 'image.usb');
    const bytes = randomBytes(9 * MIB + 1024);
    bytes.set([0x55, 0xaa], 510);
    writeFileSync(image, bytes);
  });
  afterEach(() => {
    if (readFileSync('/proc/self/mounts', 'utf8').includes(project.folder))
      runTool('umount', join(project.folder, 'mnt'));
    for (const loop of loops.splice(0)) runTool('losetup', '-d', loop);
    project.dispose();
  });

  function attach(file: string, ...options: string[]): string {
    const loop = runTool('losetup', '--find', '--show', ...options, file).trim();
    loops.push(loop);
    return loop;
  }
  const write = (...args: string[]): Promise<Ran> => project.run('write', '--loop-devices', '--disk', device, ...args);
  const listed = async (...args: string[]): Promise<DisksAnswer['disks'][number] | undefined> => {
    const { stdout } = await project.run('disks', '--json', '--loop-devices', ...args);
    return (JSON.parse(stdout) as DisksAnswer).disks.find((disk) => disk.device === device);
  };
  const begin = (): Buffer => readFileSync(stick).subarray(0, readFileSync(image).length);
  /** What is on the stick has not changed. */
  const isKept = (): void => expect(readFileSync(stick).includes('HOLIDAY')).toBe(true);

  it('lists disks with their names and sizes, and loop devices only when asked', async () => {
    expect(await listed()).toMatchObject({ volume: 'HOLIDAY', confirm: 'HOLIDAY', bytes: 40 * MIB, problem: null });
    expect((await project.run('disks')).stdout).not.toContain(device);
    const { code, stderr } = await project.run('write', '--disk', device, '--confirm', 'HOLIDAY', image);
    expect([code, stderr]).toEqual([1, expect.stringContaining('not a removable disk')]);
    isKept();
  });

  it('writes the image, and the disk begins with it', async () => {
    const { code, stdout } = await write('--confirm', 'HOLIDAY', '--json', image);
    expect(code).toBe(0);
    const sha256 = runTool('sha256sum', image).split(' ')[0];
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as WriteEvent);
    const total = 9 * MIB + 1024;
    for (const phase of ['write', 'compare'])
      expect(events).toContainEqual({ kind: 'progress', phase, bytes: total, total });
    expect(events.at(-1)).toEqual({ kind: 'done', image, device, bytes: total, sha256, written: true });
    expect(begin().equals(readFileSync(image))).toBe(true);
  });

  it.each([
    ['a name', [], '--confirm HOLIDAY'],
    ['the right name', ['--confirm', 'holiday'], 'is not named holiday'],
  ])('writes nothing without %s', async (_, options, reason) => {
    const { code, stderr } = await write(...options, image);
    expect([code, stderr]).toEqual([1, expect.stringContaining(reason)]);
    isKept();
  });

  it('refuses a disk that is too small, with the missing MiB', async () => {
    truncateSync(image, 42 * MIB);
    expect(await listed(image)).toMatchObject({ problem: 'It is too small: 2 MiB are missing.' });
    const { code, stderr } = await write('--confirm', 'HOLIDAY', image);
    expect([code, stderr]).toEqual([1, expect.stringContaining('2 MiB are missing')]);
    isKept();
  });

  it.each([
    ['no boot sector', 'hello', 'has no boot sector'],
    ['a format of virtual machines', 'QFI\xfb', 'qcow2'],
  ])('refuses an image with %s', async (_, text, reason) => {
    writeFileSync(image, Buffer.from(text.padEnd(MIB, '\0'), 'latin1'));
    const { code, stderr } = await write('--confirm', 'HOLIDAY', image);
    expect([code, stderr]).toEqual([1, expect.stringContaining(reason)]);
    isKept();
  });

  it('refuses a mounted disk, and unmounts it on request', async () => {
    const folder = join(project.folder, 'mnt');
    runTool('mkdir', folder);
    const lacksVfat = !/\bvfat\b/.test(readFileSync('/proc/filesystems', 'utf8'));
    if (lacksVfat) runTool('mkfs.ext4', '-q', '-L', 'HOLIDAY', device);
    runTool('mount', device, folder);
    expect(await listed()).toMatchObject({ mounted: [folder], problem: null });
    const { code, stderr } = await write('--confirm', 'HOLIDAY', image);
    expect([code, stderr]).toEqual([1, expect.stringContaining('--unmount')]);
    expect(await write('--confirm', 'HOLIDAY', '--unmount', image)).toMatchObject({ code: 0 });
    expect(begin().equals(readFileSync(image))).toBe(true);
  });

  it('refuses a write-protected disk', async () => {
    device = attach(stick, '--read-only');
    expect(await listed()).toMatchObject({ problem: 'It is write-protected.' });
    const { code, stderr } = await write('--confirm', 'HOLIDAY', image);
    expect([code, stderr]).toEqual([1, expect.stringContaining('write-protected')]);
    isKept();
  });

  it('reports a disk that is pulled out while it is written', async () => {
    truncateSync(image, 512 * MIB);
    truncateSync(stick, 600 * MIB);
    runTool('losetup', '--set-capacity', device);
    const { confirm = '' } = (await listed()) ?? {};
    const writing = finished(
      project.start('distro_const', ['write', '--loop-devices', '--disk', device, '--confirm', confirm, image]),
    );
    const head = (file: string): Buffer => {
      const [fd, buffer] = [openSync(file, 'r'), Buffer.alloc(4096)];
      readSync(fd, buffer, 0, buffer.length, 0);
      closeSync(fd);
      return buffer;
    };
    // The first 64 MiB are on the disk.
    await eventually(() => expect(head(stick).equals(head(image))).toBe(true));
    truncateSync(stick, 32 * MIB);
    runTool('losetup', '--set-capacity', device);
    const { code, stderr } = await writing;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/(took no more data|could not be read) at byte \d+: it was removed/),
    ]);
  });

  it('finds one byte that has changed since, past the page cache', async () => {
    expect(await write('--confirm', 'HOLIDAY', image)).toMatchObject({ code: 0 });
    expect(await write('--compare', image)).toMatchObject({ code: 0 });
    const place = 7 * MIB + 3;
    const file = openSync(stick, 'r+');
    writeSync(file, Buffer.from([(readFileSync(image)[place] ?? 0) ^ 1]), 0, 1, place);
    closeSync(file);
    const { code, stderr } = await write('--compare', image);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`differs from the image at byte ${place}`)]);
  });

  it('removes the backup of an older partition table', async () => {
    runTool('wipefs', '-qa', device);
    runTool('sh', '-c', `echo ', ,' | sfdisk -q --label gpt ${device}`);
    const end = (): string => readFileSync(stick).subarray(-512).toString('latin1', 0, 8);
    expect(end()).toBe('EFI PART');
    const { confirm = '' } = (await listed()) ?? {};
    expect(await write('--confirm', confirm, image)).toMatchObject({ code: 0 });
    expect(end()).not.toBe('EFI PART');
  });
});
