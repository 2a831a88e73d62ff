import type { ImageTree } from '../hygiene/tree';
import { AppError } from '../../src-shared/errors';
import { sortedByPurl, type ImageSoftware } from './package-set';
import { readDebianPackages } from './debian-packages';
import { readIpsPackages } from './ips-packages';

/** Package databases, by the paths of their files in an image. */
const DATABASES = [
  [/^var\/lib\/dpkg\/status$/, readDebianPackages],
  // One file per package, where packages were unpacked and not installed.
  [/^var\/lib\/dpkg\/status\.d\/[^/]+(?<!\.md5sums)$/, readDebianPackages],
  [/^var\/pkg\/state\/installed\/catalog\.base\.C$/, readIpsPackages],
] as const;

const MAX_DATABASE_BYTES = 256 * 1024 * 1024;
const MAX_RELEASE_BYTES = 64 * 1024;
const RELEASE_FILES = ['etc/os-release', 'usr/lib/os-release'];

/**
 * Reads the installed packages of an image from its own package database: what is on the medium, not what was ordered.
 *
 * Throws `missing` when no tree of the image has such a database.
 */
export async function readSoftware(trees: readonly ImageTree[], image: string): Promise<ImageSoftware> {
  for (const tree of trees)
    for (const [pattern, read] of DATABASES) {
      const files = tree.files.filter(({ path, kind }) => kind === 'file' && pattern.test(path));
      if (files.length === 0) continue;
      const texts = [];
      for (const { path } of files) texts.push(await textIn(tree, path, MAX_DATABASE_BYTES));
      const packages = read(texts.join('\n\n'), await releaseOf(tree));
      if (packages.length > 0) return { tree: tree.name, packages: sortedByPurl(packages) };
    }
  throw new AppError(
    'missing',
    `${image} has no package database: neither that of dpkg nor that of IPS.`,
    'A software bill of materials is made from the package database in the image. Keep it in the steps that clean up.',
  );
}

/** The fields of `os-release`, by name. */
async function releaseOf(tree: ImageTree): Promise<ReadonlyMap<string, string>> {
  const path = RELEASE_FILES.find((one) => tree.files.some((file) => file.path === one && file.kind === 'file'));
  if (path === undefined) return new Map();
  const lines = (await textIn(tree, path, MAX_RELEASE_BYTES)).split('\n');
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, name, value = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')]];
    }),
  );
}

/** Trees return one character per byte. */
async function textIn(tree: ImageTree, path: string, maxBytes: number): Promise<string> {
  return Buffer.from(await tree.read(path, maxBytes), 'latin1').toString('utf8');
}
