import { constants } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { setField } from '../../src-shared/document/fields';
import { applySplices } from '../../src-shared/manifest/splice';
import { AppError } from '../../src-shared/errors';
import { removedOnFailure } from '../files/made';
import { parseManifest } from '../../src-shared/manifest/parse';
import type { Template } from '../../src-shared/rpc-contract';
import { accountName } from '../system/account';
import { access, cp, isThere, makeFolders, readdir, readFile, writeFile } from '../system/files';
import { explainFailure } from '../../src-shared/explain-failure';

const description = z.object({
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  privileges: z.string(),
});

/** The templates for new documents, the blank one last. */
export async function listTemplates(resources: string): Promise<Template[]> {
  const root = join(resources, 'templates');
  const found: Template[] = [];
  for (const name of await readdir(root)) {
    const file = join(root, name, 'template.json');
    if (!(await isThere(file))) continue;
    const { title, summary, privileges } = description.parse(JSON.parse(await readFile(file, 'utf8')));
    const rights = privileges === 'root' ? 'Needs root on the build host' : 'Builds without root';
    found.push({ name, title, summary, requirements: `${rights}.` });
  }
  return found.sort((a, b) => Number(a.name === 'blank') - Number(b.name === 'blank') || b.name.localeCompare(a.name));
}

/** Makes a folder with `manifest.xml` and `scripts/`. Throws `AppError('refused')` for a folder that is not empty. */
export async function createFromTemplate(
  resources: string,
  { template, folder, name }: { readonly template: string; readonly folder: string; readonly name: string },
): Promise<{ path: string }> {
  const known = (await listTemplates(resources)).some((one) => one.name === template);
  if (!known) throw new AppError('missing', `There is no template ${template}.`, 'Choose one from the list.');
  const target = resolve(folder);
  const there = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof AppError) throw error;
    return error.code === 'ENOENT' ? [] : undefined;
  });
  if (there === undefined) throw new AppError('refused', `${target} is not a folder.`, 'Choose another name.');
  if (there.length > 0)
    throw new AppError('refused', `${target} has files in it already.`, 'Choose another name or folder.');
  const from = join(resources, 'templates', template);
  const path = join(target, 'manifest.xml');
  try {
    const source = await named(await readFile(join(from, 'manifest.xml'), 'utf8'), name, await needsRoot(from));
    await removedOnFailure(target, async () => {
      await makeFolders(join(target, 'scripts'));
      if (await isThere(join(from, 'scripts')))
        await cp(join(from, 'scripts'), join(target, 'scripts'), { recursive: true });
      await writeFile(path, source, { flag: 'wx' });
    });
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError(
      'refused',
      `${target} cannot be created: ${explainFailure(code, message)}.`,
      'Choose another folder.',
    );
  }
  return { path };
}

async function needsRoot(template: string): Promise<boolean> {
  return description.parse(JSON.parse(await readFile(join(template, 'template.json'), 'utf8'))).privileges === 'root';
}

/** The template's text with the document's name, and a build area of its own so that two documents do not share one. */
async function named(source: string, name: string, asRoot: boolean): Promise<string> {
  const renamed = applySplices(source, setField(parseManifest(source), '', 'name', name).splices);
  const area = 'distro_constr_params/build_area';
  // A value ends at its first blank, and a name must not leave the folder of the areas.
  const folder = name.trim().replace(/[\s/\\'"]+/g, '-');
  const place = join(await areasFolder(asRoot), /^\.*$/.test(folder) ? 'unnamed' : folder);
  return applySplices(renamed, setField(parseManifest(renamed), area, undefined, place).splices);
}

const AREAS = '/var/tmp/slipway';
/** Only root can make or change it: in `/var/tmp` another account can make the folder first. */
const ROOT_AREAS = '/var/lib/slipway';

/** Where build areas go: for root a folder of root's, otherwise the usual folder unless another account made it first. */
async function areasFolder(asRoot: boolean): Promise<string> {
  if (asRoot || process.getuid?.() === 0) return ROOT_AREAS;
  try {
    await access(AREAS, constants.W_OK);
    return AREAS;
  } catch {
    return (await isThere(AREAS)) ? `${AREAS}-${accountName()}` : AREAS; // missing, or of another account
  }
}
