import { detectEra } from '../../../src-shared/manifest/eras';
import { manifestSchema, type ElementSchema } from '../../../src-shared/manifest/schema';
import type { ManifestTree } from '../../../src-shared/manifest/tree';

/** Every nodepath that a script can ask `ManifestRead` for, by the schema, and the keys of the manifest's own pairs. */
export function nodepathsOf({ root }: ManifestTree, keys: readonly string[]): string[] {
  const paths: string[] = [];
  const visit = (element: ElementSchema, path: string): void => {
    if (path !== '' && element.content.kind === 'text') paths.push(path);
    for (const { name } of element.attributes) paths.push(path === '' ? name : `${path}/${name}`);
    if (element.content.kind === 'children')
      for (const { elements } of element.content.particles)
        for (const child of elements) visit(child, path === '' ? child.name : `${path}/${child.name}`);
  };
  visit(manifestSchema(detectEra(root)), '');
  return [...new Set([...paths, ...keys.map((key) => `key_value_pairs/pair[key="${key}"]/value`)])].sort();
}
