import { join } from 'node:path/posix';
import { readFile } from '../../system/files';
import { stepOfSnapshot } from '../../../src-shared/checkpoints/model';
import { AppError } from '../../../src-shared/errors';
import { interpretManifest } from '../../../src-shared/manifest/interpret';
import type { Manifest } from '../../../src-shared/manifest/model';
import { decodeManifest } from '../../../src-shared/manifest/source';
import { directText, elementsAt, type ElementNode } from '../../../src-shared/manifest/tree';
import type { Transport } from '../../transport/transport';
import { systemTool } from './system-tool';

/** A build area as the host's ZFS reports it. */
export interface StockArea {
  /** `null` for plain folders, which have no checkpoints. */
  readonly dataset: string | null;
  readonly path: string;
  readonly exists: boolean;
  readonly freeBytes: number | null;
}

/** A snapshot of the build data; sizes in bytes, time in seconds since the epoch. */
export interface StockSnapshot {
  readonly name: string;
  readonly id: string;
  readonly takenAt: number;
  readonly unique: number;
  readonly referenced: number;
}

/** A manifest and the bytes of its file. */
export interface StockDocument {
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
}

/** The manifest that a document's file holds, as the original reads it. Throws `manifest`, or `missing`. */
export async function readDocument(path: string): Promise<StockDocument> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new AppError('missing', `${path} cannot be read: ${error.message}`);
  });
  return { manifest: parseDocument(decodeManifest(bytes)), bytes };
}

/** The manifest of a text, as the original reads it. Throws `ManifestSyntaxError`. */
export function parseDocument(source: string): Manifest {
  const { manifest, defaulted } = interpretManifest(source, { now: new Date() });
  return { ...manifest, checkpointEnable: takesCheckpoints(defaulted.root) };
}

/** For the original only `false`, in any case of letters, switches checkpoints off (contract 2.9 and 9, 17). */
function takesCheckpoints(root: ElementNode): boolean {
  const [flag] = elementsAt(root, 'distro_constr_params/distro_constr_flags/checkpoint_enable');
  return flag === undefined || directText(flag).trim().toLowerCase() !== 'false';
}

/** Finds a manifest's build area (contract 3.1) and creates nothing. Throws `area` when the manifest names none. */
export async function findArea(transport: Transport, { buildArea }: Manifest): Promise<StockArea> {
  if (buildArea === undefined)
    throw new AppError('area', 'distro_constr_params/build_area in the manifest file is invalid or missing.');
  const found = await listDataset(transport, buildArea);
  if (buildArea.startsWith('/')) {
    if (found?.mountpoint === buildArea)
      return { dataset: found.name, path: buildArea, exists: true, freeBytes: found.available };
    const { code } = await transport.run(['test', '-d', buildArea]);
    return { dataset: null, path: buildArea, exists: code === 0, freeBytes: found?.available ?? null };
  }
  if (found) return { dataset: buildArea, path: found.mountpoint, exists: true, freeBytes: found.available };
  // It will be created below the nearest existing dataset.
  for (let at = buildArea; at.includes('/');) {
    at = at.slice(0, at.lastIndexOf('/'));
    const parent = await listDataset(transport, at);
    if (!parent) continue;
    const path = join(parent.mountpoint, buildArea.slice(at.length));
    return { dataset: buildArea, path, exists: false, freeBytes: parent.available };
  }
  throw new AppError(
    'area',
    `There is no ZFS pool ${buildArea.split('/')[0] ?? ''} on the host.`,
    'Name another build area in the manifest, or create the pool.',
  );
}

async function listDataset(
  transport: Transport,
  name: string,
): Promise<{ name: string; mountpoint: string; available: number } | undefined> {
  const [found] = await properties(transport, ['mountpoint', 'available'], [name]);
  if (!found) return undefined;
  return { name: found.name, mountpoint: found.mountpoint ?? '', available: Number(found.available) };
}

/** The checkpoints of an area, in the order in which they were taken. */
export async function listSnapshots(transport: Transport, { dataset, exists }: StockArea): Promise<StockSnapshot[]> {
  if (dataset === null || !exists) return [];
  const all = await properties(transport, ['creation', 'used', 'referenced'], ['-r', `${dataset}/build_data`]);
  return all.flatMap(({ name: id, creation, used, referenced }) => {
    const [owner, name] = id.split('@');
    if (owner !== `${dataset}/build_data` || name === undefined) return [];
    return [{ id, name, takenAt: Number(creation), unique: Number(used), referenced: Number(referenced) }];
  });
}

/**
 * `zfs get`, and not `list`: the first releases and zfs-fuse print numbers only there. Snapshots of a dataset come in the order in which
 * they were taken. Empty for a dataset that does not exist.
 */
async function properties(
  transport: Transport,
  names: readonly string[],
  operands: readonly string[],
): Promise<({ readonly name: string } & Record<string, string>)[]> {
  const what = operands.at(-1) ?? '';
  const dataset = what.startsWith('/') ? await datasetAt(transport, what) : what;
  if (dataset === undefined) return [];
  const get = systemTool(
    'zfs',
    'get',
    '-H',
    '-p',
    ...operands.slice(0, -1),
    '-o',
    'name,property,value',
    names.join(),
    dataset,
  );
  const { code, stdout } = await transport.run(get);
  if (code !== 0) return [];
  const rows = new Map<string, { name: string } & Record<string, string>>();
  for (const line of stdout.toString('utf8').split('\n')) {
    const [name = '', property, value] = line.split('\t');
    if (property === undefined || value === undefined) continue;
    const row = rows.get(name) ?? { name };
    row[property] = value;
    rows.set(name, row);
  }
  return [...rows.values()];
}

/** The dataset whose mount point a path is below. */
async function datasetAt(transport: Transport, path: string): Promise<string | undefined> {
  const { code, stdout } = await transport.run(systemTool('zfs', 'list', '-H', '-o', 'name', path));
  return code === 0 ? stdout.toString('utf8').trim() : undefined;
}

/** Whether a snapshot is a step's checkpoint. */
export const isCheckpoint = ({ name }: StockSnapshot): boolean => stepOfSnapshot(name) !== undefined;
