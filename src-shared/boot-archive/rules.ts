import { elementAt, type ElementPath } from '../document/element-path';
import { schemaAt, schemaOf } from '../document/schema-place';
import { detectLayout, partsOf } from '../manifest/layout';
import { attributeValue, childElements, directText, type ElementNode, type ManifestTree } from '../manifest/tree';

/** What goes into the boot archive, or stays out of it. */
export interface ArchiveRule {
  readonly kind: 'include' | 'exclude';
  /** `dir`: with everything below it. Old manifests may leave it out. */
  readonly type: string | undefined;
  /** Path or pattern in the package image, without a leading slash. */
  readonly path: string;
  /** `fiocompress` as written: whether the file is compressed in archives for SPARC. */
  readonly compress?: string | undefined;
}

/** Names of the elements of rules. */
export const ELEMENT = { include: 'base_include', exclude: 'base_exclude' } as const;

/** Path of the element with the rules. It had another name until 2009. */
export function archivePath(tree: ManifestTree): ElementPath {
  const { image } = partsOf(detectLayout(tree.root));
  const paths = [`${image}/boot_archive_contents`, `${image}/bootroot_contents`];
  const schema = schemaOf(tree);
  return (
    paths.find((path) => elementAt(tree, path)) ??
    paths.find((path) => schemaAt(schema, path)) ??
    `${image}/boot_archive_contents`
  );
}

/** The elements of the rules, in order. */
export function ruleElements(tree: ManifestTree): readonly ElementNode[] {
  const parent = elementAt(tree, archivePath(tree));
  return parent ? childElements(parent).filter(({ name }) => kindOf(name) !== undefined) : [];
}

/** The rules, in order. */
export function archiveRules(tree: ManifestTree): readonly ArchiveRule[] {
  return ruleElements(tree).map(ruleOf);
}

/** Reads the element of a rule. */
export function ruleOf(element: ElementNode): ArchiveRule {
  const compress = attributeValue(element, 'fiocompress');
  return {
    kind: kindOf(element.name) ?? 'include',
    type: attributeValue(element, 'type'),
    path: directText(element),
    ...(compress !== undefined && { compress }),
  };
}

/** The kind of rule by the name of its element; `undefined` for another element. */
export function kindOf(name: string): ArchiveRule['kind'] | undefined {
  if (name === ELEMENT.include) return 'include';
  return name === ELEMENT.exclude ? 'exclude' : undefined;
}

/** What is wrong with a path; `undefined` when nothing is. */
export function pathFault(path: string): string | undefined {
  if (path.trim() === '') return 'The path is empty.';
  if (path.startsWith('/')) return 'The path begins with a slash, so it leads out of the image.';
  return path.split('/').includes('..') ? 'The path leads out of the image.' : undefined;
}
