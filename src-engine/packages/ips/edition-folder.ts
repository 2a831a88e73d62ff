import { createHash, randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { Edition, Unfollowed } from '../../../src-shared/engine-answers/packages';
import { readIfThere, writeUnsynced } from '../../system/files';
import { PRIVATE_MODE } from '../../system/modes';
import { readJsonFile } from '../../system/json-file';
import { editionRecord } from '../edition-record';
import { listOf, object, optional, text, type TypeOf } from '../../../src-shared/shape';
import { withoutLogin } from '../../../src-shared/without-login';
import type { IpsOrigin } from '../../repositories/named';
import { archiveMessage, isPackageArchive, onlyArchives } from './archive';
import { isPublisher, locateCatalogues, type Located } from './locate';
import { absentPublishers, isNamed } from './publishers';
import { fetchPart, readAttributes, record, type PartName } from './parts';
import { signatureOf } from './signature';

/** A fetched catalogue. */
export interface FetchedCatalogue {
  readonly address: string;
  /** `undefined`: the catalogue itself names the publishers of its packages. */
  readonly publisher?: string | undefined;
  /** The folder of the catalogue's parts, relative to the edition's folder. */
  readonly folder: string;
  /** The parts with their SHA-1. */
  readonly parts: Readonly<Partial<Record<PartName, string>>>;
}

/** The result of one fetch. */
export interface FetchedEdition {
  readonly edition: TypeOf<typeof editionRecord>;
  /** The folder of all files of the edition, relative to that of the source. */
  readonly folder: string;
  readonly catalogues: readonly FetchedCatalogue[];
}

/** Names the valid edition. Replacing this file activates a complete new edition. */
const POINTER = 'fetched.json';
const UNFINISHED = '.partial';
/** A partial edition that was not written to for this long is abandoned. */
const ABANDONED_AFTER_MS = 3_600_000;

/**
 * The valid edition; `undefined` when nothing was fetched yet, or a power loss damaged the record. Then it is fetched
 * again.
 */
export async function readEdition(folder: string): Promise<FetchedEdition | undefined> {
  const found = readJsonFile(join(folder, POINTER), fetchedEdition);
  if (found.kind !== 'read') return undefined;
  // Fetching it again reports why its folder cannot be read.
  const isThere = await stat(join(folder, found.value.folder)).catch(() => undefined);
  return isThere && found.value;
}

const fetchedEdition = object('FetchedEdition', 'Catalogues that were fetched at one time.', {
  edition: editionRecord,
  folder: text,
  catalogues: listOf(
    object('FetchedCatalogue', '', {
      address: text,
      publisher: optional(text),
      folder: text,
      parts: object('', '', {}),
    }),
  ),
});

/**
 * Fetches the catalogues of all origins into a new folder and makes it the valid edition. Unchanged and undamaged
 * parts are taken from the previous edition, which stays as it is when the fetch fails.
 *
 * Throws the errors of `locateCatalogues`, `readAttributes` and `fetchPart`.
 */
export async function fetchEdition(origins: readonly IpsOrigin[], folder: string): Promise<void> {
  const old = await readEdition(folder);
  const name = `edition-${randomUUID()}`;
  const partial = join(folder, `${name}${UNFINISHED}`);
  await mkdir(partial);
  try {
    const catalogues: FetchedCatalogue[] = [];
    const repositories: Edition['repositories'][number][] = [];
    const unfollowed: Unfollowed[] = [];
    const archives: string[] = [];
    for (const address of new Set(origins.map(({ url }) => url))) {
      if (await isPackageArchive(address)) {
        archives.push(address);
        unfollowed.push({ repository: address, message: archiveMessage(address) });
        continue;
      }
      const located = await locateCatalogues(address);
      const publishers: string[] = [];
      for (const one of located) {
        const { modified, parts } = readAttributes(one);
        const kept = old && keptOf(old, folder, one);
        const into = `${catalogues.length}`;
        await mkdir(join(partial, into));
        const signatures: Partial<Record<PartName, string>> = {};
        for (const [part, signature] of parts)
          signatures[part] = await placePart(one, part, signature, kept, join(partial, into, part));
        catalogues.push({ address, publisher: one.publisher, folder: into, parts: signatures });
        const own = one.publisher === undefined ? await publishersIn(join(partial, into)) : [one.publisher];
        publishers.push(...own);
        if (!own.some((publisher) => isNamed(origins, address, publisher))) continue;
        const shown = withoutLogin(address);
        const title = located.length === 1 ? shown : `${shown} ${one.publisher ?? ''}`;
        repositories.push({ name: title, ...(modified !== undefined && { dated: modified }) });
      }
      if (located.length > 0) unfollowed.push(...absentPublishers(origins, address, publishers));
    }
    if (catalogues.length === 0 && archives[0] !== undefined) throw onlyArchives(archives[0]);
    if (catalogues.length === 0)
      throw new AppError(
        'unreachable',
        'No address has a catalogue: all are mirrors, which only have the contents of packages.',
        'Set the default repository to the address of the publisher.',
      );
    await rename(partial, join(folder, name));
    const fetched = new Date().toISOString();
    const edition = {
      kind: 'ips' as const,
      revision: revisionOf(catalogues),
      fetched,
      repositories,
      ...(unfollowed.length > 0 && { unfollowed }),
    };
    // An address may have a login.
    writeUnsynced(join(folder, POINTER), JSON.stringify({ edition, folder: name, catalogues }), PRIVATE_MODE);
    await cleanUp(folder, [name, old?.folder]);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** The publishers that a catalogue itself names. */
async function publishersIn(folder: string): Promise<string[]> {
  const base: unknown = JSON.parse((await readFile(join(folder, 'catalog.base.C'))).toString('utf8')); // it was checked
  return Object.keys(record(base)).filter(isPublisher);
}

/** A catalogue's kept parts: their folder and signatures. */
type Kept = Pick<FetchedCatalogue, 'folder' | 'parts'>;

function keptOf(
  { catalogues, folder }: FetchedEdition,
  above: string,
  { address, publisher }: Located,
): Kept | undefined {
  const found = catalogues.find((one) => one.address === address && one.publisher === publisher);
  return found && { folder: join(above, folder, found.folder), parts: found.parts };
}

/** Puts a part into `path`, from the kept parts or from the server, and returns its signature. */
async function placePart(
  { folder }: Located,
  name: PartName,
  wanted: string | undefined,
  kept: Kept | undefined,
  path: string,
): Promise<string> {
  if (kept && wanted !== undefined && kept.parts[name] === wanted) {
    const source = join(kept.folder, name);
    // The kept part is checked again, so that damage on this disk does not stay forever.
    const bytes = await readIfThere(source);
    if (bytes && signatureOf(bytes).actual === wanted) {
      // Not all file systems have hard links.
      await link(source, path).catch(() => copyFile(source, path));
      return wanted;
    }
  }
  const { file, signature } = await fetchPart(folder, name, wanted);
  await writeFile(path, file);
  return signature;
}

/** A hash of the contents of all catalogues. */
function revisionOf(catalogues: readonly FetchedCatalogue[]): string {
  const all = catalogues.map(({ address, publisher, parts }) => [address, publisher, parts]);
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
}

/**
 * Removes editions except the valid one, the one before it (another process may be reading it) and those that another
 * process is fetching.
 */
async function cleanUp(folder: string, keep: readonly (string | undefined)[]): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('edition-') || keep.includes(name)) continue;
    const path = join(folder, name);
    // Another process may remove it at the same time.
    const changed = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
    if (name.endsWith(UNFINISHED) && Date.now() - changed < ABANDONED_AFTER_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}
