import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, reasonOf } from '../../src-shared/errors';
import { exec } from '../system/exec';
import { bootArchiveTree } from './boot-archive';
import { diskTrees } from './disk';
import type { ExtTree } from './ext-tree';
import { firstBytes, squashfsTree, tarTree } from './readers';
import type { ImageTree } from './tree';

/**
 * The root file systems and boot archives inside of an image: ISO and USB images, squashfs, disks, and tar archives, also
 * those of OCI images and of the output netboot. Nothing is mounted.
 *
 * Throws `refused` for a file of another kind.
 *
 * @param folder an empty folder for what has to be taken out of the image; the caller removes it
 */
export async function openImage(file: string, folder: string): Promise<ImageTree[]> {
  if ((await firstBytes(file, 4)).toString('latin1') === 'hsqs') return [await squashfsTree('squashfs', file)];
  if ((await firstBytes(file, 5, ISO_VOLUME_BYTE)).toString('latin1') === 'CD001') return isoTrees(file, folder);
  const disk = await diskTrees(file, folder);
  if (disk) return [...disk, ...(await partsOfDisk(disk, folder))];
  const tar = await tarTree('tar', file).catch(reasonOf);
  if (typeof tar === 'string' || tar.files.length === 0)
    throw new AppError(
      'refused',
      `${file} is none of the images that can be opened: ISO, USB, squashfs, a disk (raw, qcow2, VMDK, VHD), tar, OCI.${typeof tar === 'string' ? ` ${tar}` : ''}`,
      'Convert it first, or check the step that makes it.',
    );
  const names = new Set(tar.files.map(({ path }) => path));
  if (names.has('oci-layout')) return ociTrees(file, folder);
  const inside = [...names].filter((path) => PACKED.test(path) || BOOT_ARCHIVE.test(path));
  if (names.has('etc') || names.has('etc/') || inside.length === 0) return [tar];
  await exec(['tar', '--extract', '--file', file, '--directory', folder, '--', ...inside], { errorCode: 'refused' });
  return openParts(inside, folder);
}

const ISO_VOLUME_BYTE = 0x8001;
const PACKED = /(?:^|\/)[^/]+\.squashfs$/;
const BOOT_ARCHIVE = /(?:^|\/)initrd(?:\.img)?[^/]*$/;

async function isoTrees(file: string, folder: string): Promise<ImageTree[]> {
  const tool = ['xorriso', '-osirrox', 'on', '-indev', file] as const;
  const { stdout } = await exec([...tool, '-find', '/', '-type', 'f'], { errorCode: 'refused' });
  const parts = stdout
    .split('\n')
    .map((line) => line.replace(/^'\/?(.*)'$/, '$1'))
    .filter((path) => PACKED.test(path) || BOOT_ARCHIVE.test(path));
  if (parts.length === 0)
    throw new AppError('refused', `${file} has no root file system: neither a squashfs file nor an initrd.`);
  for (const [index, part] of parts.entries())
    await exec([...tool, '-extract', `/${part}`, join(folder, String(index))], { errorCode: 'refused' });
  return openParts(parts, folder, (index) => join(folder, String(index)));
}

/** The packed root file systems and boot archives that a disk has as files. */
async function partsOfDisk(disk: readonly ExtTree[], folder: string): Promise<ImageTree[]> {
  const parts = disk.flatMap((tree) =>
    tree.files.flatMap(({ path, kind }) =>
      kind === 'file' && (PACKED.test(path) || /^(?:boot\/)?initrd[^/]*$/.test(path)) ? [{ tree, path }] : [],
    ),
  );
  for (const [index, { tree, path }] of parts.entries()) await tree.extract(path, join(folder, String(index)));
  return openParts(
    parts.map(({ path }) => path),
    folder,
    (index) => join(folder, String(index)),
  );
}

/** One part after the other: after a refusal no other one is unpacked any more in the folder, which the caller removes. */
async function openParts(
  parts: readonly string[],
  folder: string,
  fileOf: (index: number) => string = (index) => join(folder, parts[index] ?? ''),
): Promise<ImageTree[]> {
  const trees: ImageTree[] = [];
  for (const [index, part] of parts.entries())
    trees.push(
      PACKED.test(part)
        ? await squashfsTree(part, fileOf(index))
        : await bootArchiveTree(part, fileOf(index), join(folder, `part-${index}`)),
    );
  return trees;
}

/** The layers of an OCI image, in the order in which they are put on each other. */
async function ociTrees(file: string, folder: string): Promise<ImageTree[]> {
  const layout = join(folder, 'oci');
  await mkdir(layout);
  await exec(['tar', '--extract', '--file', file, '--directory', layout], { errorCode: 'refused' });
  const digests = async (path: string): Promise<string[]> =>
    [...(await readFile(join(layout, path), 'utf8')).matchAll(/"digest" *: *"sha256:([0-9a-f]{64})"/g)].flatMap(
      ([, digest]) => (digest === undefined ? [] : [join('blobs/sha256', digest)]),
    );
  const manifests = await digests('index.json');
  // The first digest of a manifest is that of its configuration.
  const layers = (await Promise.all(manifests.map(async (path) => (await digests(path)).slice(1)))).flat();
  if (layers.length === 0) throw new AppError('refused', `${file} is an OCI image without a layer that can be read.`);
  return Promise.all(layers.map((path, index) => tarTree(`layer ${index + 1}`, join(layout, path))));
}
