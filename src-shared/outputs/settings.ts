import { childPath, elementAt, type ElementPath } from '../document/element-path';
import { addElement, removeAt } from '../document/fields';
import { packageLists } from '../document/list-paths';
import { attributeValue, type ManifestTree } from '../manifest/tree';
import type { Edit } from '../manifest/splice';
import type { OutputSetting } from './catalogue';
import { pairValue, setPair } from './pairs';

/** The value of a setting as a step reads it: that of the manifest, or the default. */
export function settingValue(tree: ManifestTree, setting: OutputSetting): string {
  return writtenSetting(tree, setting) || setting.default;
}

/** The value of a setting in the manifest; `undefined` when it has none. */
export function writtenSetting(tree: ManifestTree, { key }: OutputSetting): string | undefined {
  return pairValue(tree, key);
}

/** Writes a setting; `undefined` removes it, so that the default counts. Typing in one field is one gesture. */
export function setSetting(tree: ManifestTree, { key, title }: OutputSetting, value: string | undefined): Edit {
  return setPair(tree, key, value, `Change ${title.toLowerCase()}`);
}

/** Whether the image installs a package. */
export function hasPackage(tree: ManifestTree, name: string): boolean {
  return packagePath(tree, name) !== undefined;
}

/** Adds or removes a package of the image. */
export function setPackage(tree: ManifestTree, name: string, isWanted: boolean): Edit {
  const path = packagePath(tree, name);
  if (!isWanted) return removeAt(tree, path === undefined ? [] : [path], `Remove ${name}`);
  if (path !== undefined) return { label: `Add ${name}`, splices: [] };
  return addElement(tree, packageLists(tree).install, { name: 'pkg', attributes: { name } }, `Add ${name}`);
}

function packagePath(tree: ManifestTree, name: string): ElementPath | undefined {
  for (let index = 0; ; index++) {
    const path = childPath(packageLists(tree).install, 'pkg', index);
    const element = elementAt(tree, path);
    if (!element) return undefined;
    if (attributeValue(element, 'name') === name) return path;
  }
}

/** What is wrong with a value, as a sentence; `undefined` when nothing is. */
export function settingProblem(setting: OutputSetting, value: string): string | undefined {
  if (setting.kind === 'choice' || setting.kind === 'package') return undefined;
  return /^\d{0,7}$/.test(value) ? undefined : 'Must be a number of MiB.';
}
