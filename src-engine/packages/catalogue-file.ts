import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { catalogueText, isCatalogue, readCatalogue, type CatalogueEntry } from '../../src-shared/packages/catalogue';
import type { CatalogueAnswer, Edition } from '../../src-shared/engine-answers/packages';
import { readIfThere, writeUnsynced } from '../system/files';
import type { OpenedPackages } from './package-source';

/**
 * The catalogue's edition to answer from: the kept one, or a fetched one when none is kept or the caller wants a new
 * one. When the fetch fails, the kept one is returned with `trouble` set to the reason.
 */
export async function editionOf({ source }: OpenedPackages, forceRefresh: boolean): Promise<Edition> {
  const kept = await source.edition();
  if (kept && !forceRefresh) return kept;
  try {
    await source.refresh();
  } catch (error) {
    if (!kept || !(error instanceof AppError)) throw error;
    return { ...kept, trouble: [error.message, error.hint].filter(Boolean).join(' ') };
  }
  const fetched = await source.edition();
  if (!fetched) throw new Error('a catalogue that was fetched is not there');
  return fetched;
}

/** The catalogue's file. It is written again when it belongs to another revision. */
export async function catalogueFile(opened: OpenedPackages, edition: Edition): Promise<CatalogueAnswer> {
  const { file } = pathsOf(opened, edition);
  const isThere = await stat(file).catch(() => undefined); // writing it again reports why it cannot be read
  const count = isThere ? await countOf(opened, edition) : undefined;
  if (isThere && count !== undefined) return { ...edition, count, file, bytes: isThere.size };
  const entries = await opened.source.entries();
  const text = catalogueText(entries);
  for (const name of await readdir(opened.folder))
    if (/^catalogue-.*\.(txt|count)$/.test(name)) await rm(join(opened.folder, name), { force: true });
  writeUnsynced(pathsOf(opened, edition).count, `${entries.length}`);
  writeUnsynced(file, text);
  return { ...edition, count: entries.length, file, bytes: Buffer.byteLength(text) };
}

/** The catalogue's entries, read from its file. */
export async function catalogueEntries(opened: OpenedPackages, edition: Edition): Promise<readonly CatalogueEntry[]> {
  const { file } = await catalogueFile(opened, edition);
  const text = await readIfThere(file);
  return text ? readCatalogue(text.toString('utf8')) : opened.source.entries();
}

/**
 * The catalogue's text as it is kept for a revision; `undefined` when there is none or it is damaged. With it a question about names takes
 * a tenth of the time that APT takes to print its lists.
 */
export async function keptCatalogue(folder: string, revision: string): Promise<string | undefined> {
  const text = (await readIfThere(`${catalogueStem(folder, revision)}.txt`))?.toString('utf8');
  return text !== undefined && isCatalogue(text) ? text : undefined;
}

const catalogueStem = (folder: string, revision: string): string => join(folder, `catalogue-${revision}`);

function pathsOf({ folder }: OpenedPackages, { revision }: Edition): { file: string; count: string } {
  const stem = catalogueStem(folder, revision);
  return { file: `${stem}.txt`, count: `${stem}.count` };
}

async function countOf(opened: OpenedPackages, edition: Edition): Promise<number | undefined> {
  const text = (await readIfThere(pathsOf(opened, edition).count))?.toString('utf8') ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
