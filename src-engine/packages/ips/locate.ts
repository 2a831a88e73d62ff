import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { listOf, object, text } from '../../../src-shared/shape';
import { withoutLogin } from '../../../src-shared/without-login';
import { localFolder } from '../../repositories/probe';
import { ifMissing } from '../../system/files';
import { parseJson } from '../../system/json-file';
import { fetchFile } from './fetch';

/** One catalogue of an address. An address can have a catalogue for each of its publishers. */
export interface Located {
  /** The address from the manifest. */
  readonly address: string;
  /** `undefined`: the catalogue itself names the publishers of its packages. */
  readonly publisher: string | undefined;
  /** Address or path of the folder of the catalogue's files, without a trailing slash. */
  readonly folder: string;
  /** The content of `catalog.attrs`. */
  readonly attributes: Buffer;
}

/** The limit on publishers of one address. */
const MAX_PUBLISHERS = 100;

/** The file that lists the catalogue's other files. */
export const ATTRIBUTES = 'catalog.attrs';

/**
 * Finds the catalogues of an address. A server lists its publishers, and has a catalogue for each below
 * `PUBLISHER/catalog/1`, or a single one below `catalog/1`. A folder has them below `publisher/PUBLISHER/catalog` or
 * `catalog`. Empty for a mirror, which has only the contents of packages.
 *
 * Throws the errors of `fetchFile`, and `AppError('unreachable')` when there is no catalogue.
 */
export async function locateCatalogues(address: string): Promise<Located[]> {
  const path = localFolder(address);
  const publishers = path === undefined ? await publishersOfServer(address) : await publishersIn(path);
  const [prefix, below] = path === undefined ? ['', 'catalog/1'] : ['publisher/', 'catalog'];
  const found: Located[] = [];
  for (const publisher of publishers) {
    const located = await locate(address, publisher, `${path ?? address}/${prefix}${publisher}/${below}`);
    if (located) found.push(located);
  }
  if (found.length > 0) return found;
  const shared = await locate(address, undefined, `${path ?? address}/${below}`);
  if (shared) return [shared];
  if (path === undefined && (await isMirror(address))) return [];
  throw new AppError(
    'unreachable',
    `${withoutLogin(address)} has no catalogue of IPS: there is no ${below}/${ATTRIBUTES}.`,
    'Correct the address in the repositories: use the one that pkg set-publisher -g accepts.',
  );
}

async function locate(address: string, publisher: string | undefined, folder: string): Promise<Located | undefined> {
  const attributes = await fetchFile(`${folder}/${ATTRIBUTES}`);
  return attributes && { address, publisher, folder, attributes };
}

const publisherList = object('PublisherList', 'The publishers of a server.', {
  publishers: listOf(object('Publisher', 'A publisher.', { name: text })),
});

/** The publishers that the server lists; empty for a server of plain files. */
async function publishersOfServer(address: string): Promise<string[]> {
  const file = await fetchFile(`${address}/publisher/0/`);
  if (!file) return [];
  // Some servers answer with an error page.
  const { publishers = [] } = parseJson(file.toString('utf8'), publisherList) ?? {};
  return publishers
    .map(({ name }) => name)
    .filter(isPublisher)
    .slice(0, MAX_PUBLISHERS);
}

async function publishersIn(path: string): Promise<string[]> {
  return ((await readdir(join(path, 'publisher')).catch(ifMissing)) ?? []).filter(isPublisher).sort();
}

/** Whether the server's list of operations has none for catalogues: then it serves only contents. */
async function isMirror(address: string): Promise<boolean> {
  const operations = (await fetchFile(`${address}/versions/0/`))?.toString('latin1') ?? '';
  return /^versions /m.test(operations) && !/^catalog /m.test(operations);
}

/** Whether this is a valid publisher name. It becomes a part of addresses, paths and messages. */
export const isPublisher = (name: unknown): name is string =>
  typeof name === 'string' && /^[a-z0-9][a-z0-9.-]{0,254}$/i.test(name);
