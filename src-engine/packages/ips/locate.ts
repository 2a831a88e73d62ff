import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { localFolder } from '../../repositories/reach';
import { fetchFile } from './fetch';

/** A catalogue of an address, which may have one for each of its publishers. */
export interface Located {
  /** The manifest's address. */
  readonly address: string;
  /** `undefined`: the catalogue says itself whose packages it has. */
  readonly publisher: string | undefined;
  /** Address or path of the folder that the files are in, without a slash at its end. */
  readonly folder: string;
  /** The content of `catalog.attrs`. */
  readonly attributes: Buffer;
}

/** More are not asked for. */
const MOST_PUBLISHERS = 100;

/** The file that says which others there are. */
export const ATTRIBUTES = 'catalog.attrs';

/**
 * Looks where an address has its catalogues. A server is asked for its publishers, and has a catalogue for each below
 * `PUBLISHER/catalog/1`, or a single one below `catalog/1`; a folder has them below `publisher/PUBLISHER/catalog`, or `catalog`. Empty
 * for a mirror that only has the contents of packages.
 *
 * Throws what `fetchFile` throws, and `AppError('unreachable')` when there is no catalogue.
 */
export async function locateCatalogues(address: string): Promise<Located[]> {
  const path = localFolder(address);
  const publishers = path === undefined ? await publishersOfServer(address) : await publishersIn(path);
  const [prefix, below] = path === undefined ? ['', 'catalog/1'] : ['publisher/', 'catalog'];
  const found: Located[] = [];
  for (const publisher of publishers) {
    const located = await look(address, publisher, `${path ?? address}/${prefix}${publisher}/${below}`);
    if (located) found.push(located);
  }
  if (found.length > 0) return found;
  const shared = await look(address, undefined, `${path ?? address}/${below}`);
  if (shared) return [shared];
  if (path === undefined && (await isMirror(address))) return [];
  throw new AppError(
    'unreachable',
    `${address} has no catalogue of IPS: there is no ${below}/${ATTRIBUTES}.`,
    'Correct the address in the repositories: it is the one that pkg set-publisher -g takes.',
  );
}

async function look(address: string, publisher: string | undefined, folder: string): Promise<Located | undefined> {
  const attributes = await fetchFile(`${folder}/${ATTRIBUTES}`);
  return attributes && { address, publisher, folder, attributes };
}

/** What the server says; nothing when it is one that only has files. */
async function publishersOfServer(address: string): Promise<string[]> {
  const file = await fetchFile(`${address}/publisher/0/`);
  if (!file) return [];
  try {
    const { publishers } = JSON.parse(file.toString('utf8')) as { publishers: { name: unknown }[] };
    return publishers
      .map(({ name }) => name)
      .filter(isPublisher)
      .slice(0, MOST_PUBLISHERS);
  } catch {
    return []; // a page of its own instead of an answer
  }
}

async function publishersIn(path: string): Promise<string[]> {
  return (await readdir(join(path, 'publisher')).catch(() => [])).filter(isPublisher).sort();
}

/** A server says which operations it knows; one with contents only knows none of catalogues. */
async function isMirror(address: string): Promise<boolean> {
  const operations = (await fetchFile(`${address}/versions/0/`))?.toString('latin1') ?? '';
  return /^versions /m.test(operations) && !/^catalog /m.test(operations);
}

/** Whether this is the name of a publisher, which becomes a part of addresses, paths and sentences. */
export const isPublisher = (name: unknown): name is string =>
  typeof name === 'string' && /^[a-z0-9][a-z0-9.-]{0,254}$/i.test(name);
