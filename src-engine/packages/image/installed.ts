import { buffer } from 'node:stream/consumers';
import type { InstalledPackage } from '../../../src-shared/engine-answers/packages';
import { resolvePath } from '../../snapshots/resolve-path';
import type { TreeView } from '../../snapshots/tree-view';
import { readRecords } from '../apt/records';
import { readIpsState } from './ips-state';

const IPS_STATE = 'var/pkg/state/installed/catalog.base.C';

/** Package databases, by their path below the image's root, each with its parser. */
const DATABASES: readonly (readonly [path: string, read: (text: string) => InstalledPackage[]])[] = [
  ['var/lib/dpkg/status', readDpkgStatus],
  [IPS_STATE, readIpsPackagesIn],
];

/** The folder of the image in the build data (contract 3.1). */
const IMAGE = 'pkg_image';

/**
 * The packages in build data, sorted by name; `undefined` where the image has no package database.
 *
 * @param data build data as it is now, or a checkpoint
 */
export async function readInstalled(data: TreeView): Promise<InstalledPackage[] | undefined> {
  for (const [path, read] of DATABASES) {
    const text = await readInImage(data, path);
    if (text !== undefined) return read(text).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  return undefined;
}

/**
 * The files and folders that a package installed; `undefined` when the package is unknown or its database has no lists
 * of files. dpkg's has them.
 */
export async function readFilesOf(data: TreeView, name: string): Promise<string[] | undefined> {
  if (!/^[a-z0-9][a-z0-9+.-]*(:[a-z0-9-]+)?$/.test(name)) return undefined;
  const packages = await readInstalled(data);
  if (!packages?.some((one) => one.name === name)) return undefined;
  const own = await readInImage(data, `var/lib/dpkg/info/${name}.list`);
  // For packages that can be installed for several architectures at once, the list's name includes the architecture.
  const text = own ?? (await readInImage(data, `var/lib/dpkg/info/${name}:${await architectureOf(data)}.list`));
  return text?.split('\n').filter((line) => line !== '' && line !== '/.');
}

async function architectureOf(data: TreeView): Promise<string> {
  const status = (await readInImage(data, 'var/lib/dpkg/status')) ?? '';
  return /^Package: dpkg\n(?:.+\n)*?Architecture: (.+)$/m.exec(status)?.[1] ?? '';
}

/**
 * A file of the image as text; `undefined` when it is missing, or a link leads from it into the build host's own files.
 */
async function readInImage(data: TreeView, path: string): Promise<string | undefined> {
  const image = await data.entry(IMAGE);
  const found = image && (await resolvePath(data, path, { root: IMAGE, followLast: true }));
  if (found?.entry.type !== 'file') return undefined;
  return (await buffer(await data.read(found.path))).toString('utf8');
}

/** A package as the database of an image has it. */
export interface ImagePackage extends InstalledPackage {
  readonly architecture: string;
}

/**
 * The packages of which dpkg has files in build data, in any state; `undefined` where the image has no database of dpkg.
 */
export async function readDpkgPackages(data: TreeView): Promise<ImagePackage[] | undefined> {
  const text = await readInImage(data, 'var/lib/dpkg/status');
  if (text === undefined) return undefined;
  return [...readRecords(text)]
    .filter((record) => !/ (not-installed|config-files)$/.test(record.get('Status') ?? ''))
    .map((record) => ({
      name: record.get('Package') ?? '',
      version: record.get('Version') ?? '',
      architecture: record.get('Architecture') ?? '',
    }));
}

/** The packages of IPS in build data; `undefined` where the image has no database of IPS. */
export async function readIpsPackages(data: TreeView): Promise<ImagePackage[] | undefined> {
  const text = await readInImage(data, IPS_STATE);
  return text === undefined ? undefined : readIpsPackagesIn(text).map((one) => ({ ...one, architecture: '-' }));
}

function readIpsPackagesIn(text: string): InstalledPackage[] {
  return readIpsState(text).map(({ name, version }) => ({ name, version }));
}

/** Packages that dpkg has installed. The name of one with a foreign architecture ends with that architecture. */
function readDpkgStatus(text: string): InstalledPackage[] {
  const records = [...readRecords(text)].filter((record) => / installed$/.test(record.get('Status') ?? ''));
  const own = records.find((record) => record.get('Package') === 'dpkg')?.get('Architecture');
  return records.map((record) => {
    const [name = '', architecture] = [record.get('Package'), record.get('Architecture')];
    const isForeign = own !== undefined && architecture !== own && architecture !== 'all';
    return { name: isForeign ? `${name}:${architecture}` : name, version: record.get('Version') ?? '' };
  });
}
