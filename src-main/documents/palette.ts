import { join } from 'node:path';
import * as z from 'zod';
import { AppError } from '../../src-shared/errors';
import type { Finalizer } from '../../src-shared/rpc-contract';
import { readdir, readFile } from '../system/files';

/** A finalizer's `.meta.json`. */
const meta = z.object({
  summary: z.string(),
  arguments: z.array(z.object({ name: z.string(), summary: z.string() })),
  reads: z.array(z.string()),
  needs: z.array(z.string()),
});

const SUFFIX = '.meta.json';

/** The group of the scripts that make further outputs. They use what the scripts of each template share. */
const OUTPUTS = 'outputs';

/** The finalizer scripts of all templates and of the outputs, as the palette shows them. */
export async function readPalette(resources: string): Promise<Finalizer[]> {
  const found: Finalizer[] = [];
  for (const template of [...(await readdir(join(resources, 'templates'))).sort(), OUTPUTS]) {
    const folder = scriptsOf(resources, template);
    const names = await readdir(folder).catch(() => []);
    for (const file of names.filter((name) => name.endsWith(SUFFIX)).sort()) {
      const described = meta.parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
      const name = file.slice(0, -SUFFIX.length);
      found.push({ id: `${template}/${name}`, template, name, ...described });
    }
  }
  return found;
}

/** The folder and the files of a finalizer of the palette: script, description, included files. */
export async function locateFinalizer(resources: string, id: string): Promise<{ source: string; files: string[] }> {
  const known = (await readPalette(resources)).find((finalizer) => finalizer.id === id);
  if (!known)
    throw new AppError('missing', `There is no finalizer ${id} in the palette.`, 'Choose one from the palette.');
  const source = scriptsOf(resources, known.template);
  const text = await readFile(join(source, known.name), 'utf8');
  const includes = [...text.matchAll(/\b([A-Za-z0-9_-]+\.sh)\b/g)].map((match) => match[1] ?? '');
  const present = new Set(await readdir(source));
  const shared = [...new Set(includes)].filter((name) => present.has(name));
  return { source, files: [known.name, `${known.name}${SUFFIX}`, ...shared] };
}

function scriptsOf(resources: string, template: string): string {
  return join(resources, template === OUTPUTS ? OUTPUTS : join('templates', template), 'scripts');
}
