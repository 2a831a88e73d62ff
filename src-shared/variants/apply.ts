import { PAIRS, pairPath } from '../document/pairs';
import { packageLists } from '../document/list-paths';
import { addElements, removeAt } from '../document/fields';
import { childPath, elementAt, type ElementPath } from '../document/element-path';
import { setAttribute, setText } from '../document/values';
import { interpretManifest, type InterpretedManifest } from '../manifest/interpret';
import type { Manifest } from '../manifest/model';
import { NodepathError, selectEitherEra } from '../manifest/nodepath';
import { applySplices, type Splice } from '../manifest/splice';
import { attributeValue, childElements, type ManifestTree } from '../manifest/tree';
import { nearestName } from '../near-name';
import { applyOutput } from './apply-output';
import { variantError, type VariantProblem } from './problem';
import type { Variant, VariantChange } from './variant';

type Change<K extends VariantChange['kind']> = Extract<VariantChange, { kind: K }>;

/** A manifest with a variant applied to it. */
export interface AppliedVariant {
  /** A plain manifest. The text that the variant does not name is kept as it is, byte for byte. */
  readonly built: InterpretedManifest;
  readonly problems: readonly VariantProblem[];
}

/**
 * Applies a variant to a manifest: values, then packages, then outputs. With an error among the problems the text has
 * only the changes that are possible, and must not be built.
 *
 * @param now names a distribution that has no name
 */
export function applyVariant(
  base: InterpretedManifest,
  variant: Variant,
  { now }: { readonly now: Date },
): AppliedVariant {
  const { tree } = base;
  const problems: VariantProblem[] = [...variant.problems];
  const splices: Splice[] = [];
  const added: Change<'add-package'>[] = [];
  const newPairs: Change<'pair'>[] = [];
  const take = (found: Splice[] | VariantProblem): void => {
    if (Array.isArray(found)) splices.push(...found);
    else problems.push(found);
  };
  for (const change of variant.changes) {
    if (change.kind === 'set') take(setValue(tree, change));
    else if (change.kind === 'pair') {
      if (pairPath(tree, change.key) === undefined) newPairs.push(change);
      else take(setPairValue(tree, change));
    } else if (change.kind === 'remove-package') take(removePackage(tree, change));
    else if (change.kind === 'add-package') {
      if (packagePath(tree, change.name) === undefined) added.push(change);
      else problems.push(alreadyThere(change));
    }
  }
  splices.push(...addedPackages(tree, added), ...addedPairs(tree, newPairs));
  const read = (source: string): InterpretedManifest =>
    source === tree.source ? base : interpretManifest(source, { now });
  let built = read(withoutOverlap(tree, splices, variant, problems));
  for (const change of variant.changes) {
    if (change.kind !== 'output-on' && change.kind !== 'output-off') continue;
    const answer = applyOutput(built, change);
    if ('source' in answer) built = read(answer.source);
    else problems.push(answer.problem);
  }
  problems.push(...areaProblems(base.manifest, built.manifest, variant));
  return { built, problems };
}

/** Two changes of one value by different nodepaths overlap: neither is applied. */
function withoutOverlap(
  { source }: ManifestTree,
  splices: readonly Splice[],
  { changes }: Variant,
  problems: VariantProblem[],
): string {
  try {
    return applySplices(source, splices);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const range = changes[0]?.range ?? { start: 0, end: 0 };
    const message = 'Two changes of the variant are about the same value.';
    problems.push(variantError('variant-repeated', message, 'Remove one of both.', range));
    return source;
  }
}

function setValue(tree: ManifestTree, { path, value, range }: Change<'set'>): Splice[] | VariantProblem {
  let found;
  try {
    found = selectEitherEra(tree.root, path);
  } catch (error) {
    if (!(error instanceof NodepathError)) throw error;
    const hint = 'A nodepath is names with slashes between them, such as img_params/user[username=jack]/shell.';
    return variantError('variant-path', `\`${path}\` is no nodepath: ${error.message}.`, hint, range);
  }
  const [node, ...others] = found;
  if (!node) {
    const near = nearestName(lastName(path), namesIn(tree), 2);
    const hint = `A variant replaces values that the manifest has. ${near === undefined || near === lastName(path) ? 'Add it to the manifest first.' : `Is \`${near}\` meant?`}`;
    return variantError('variant-path', `The manifest has no \`${path}\`.`, hint, range);
  }
  if (others.length > 0) {
    const hint = 'Name one of them by a value: img_params/user[username=jack]/shell.';
    return variantError('variant-path', `\`${path}\` is ${found.length} values.`, hint, range);
  }
  const { element, attribute } = node;
  if (attribute !== undefined) return setAttribute(tree, element, attribute, value);
  const [child] = childElements(element);
  if (!child) return setText(tree, element, value);
  const hint = `Name one of the values in it, such as ${path}/${child.name}.`;
  return variantError('variant-path', `\`${path}\` contains elements.`, hint, range);
}

function setPairValue(tree: ManifestTree, { key, value }: Change<'pair'>): Splice[] {
  const element = elementAt(tree, pairPath(tree, key) ?? '');
  return element ? setAttribute(tree, element, 'value', value) : [];
}

function removePackage(tree: ManifestTree, { name, range }: Change<'remove-package'>): Splice[] | VariantProblem {
  const path = packagePath(tree, name);
  if (path !== undefined) return [...removeAt(tree, [path]).splices];
  const near = nearestName(name, packageNames(tree));
  const hint = near === undefined ? 'Remove this line from the variant.' : `Is \`${near}\` meant?`;
  return variantError('variant-package', `The manifest does not install \`${name}\`.`, hint, range);
}

function alreadyThere({ name, range }: Change<'add-package'>): VariantProblem {
  return {
    ...variantError(
      'variant-package',
      `The manifest installs \`${name}\` already.`,
      'This line can be removed.',
      range,
    ),
    severity: 'warning',
  };
}

function addedPackages(tree: ManifestTree, added: readonly Change<'add-package'>[]): readonly Splice[] {
  const elements = added.map(({ name }) => ({ name: 'pkg', attributes: { name } }));
  return addElements(tree, packageLists(tree).install, elements, undefined, '').splices;
}

function addedPairs(tree: ManifestTree, pairs: readonly Change<'pair'>[]): readonly Splice[] {
  const elements = pairs.map(({ key, value }) => ({ name: 'pair', attributes: { key, value } }));
  return addElements(tree, PAIRS, elements, undefined, '').splices;
}

/** The path of a package that is installed; `undefined` when it is not. */
function packagePath(tree: ManifestTree, name: string): ElementPath | undefined {
  const at = packageNames(tree).indexOf(name);
  return at < 0 ? undefined : childPath(packageLists(tree).install, 'pkg', at);
}

function packageNames(tree: ManifestTree): string[] {
  const list = elementAt(tree, packageLists(tree).install);
  return list ? childElements(list, 'pkg').map((one) => attributeValue(one, 'name')?.trim() ?? '') : [];
}

/** Variants share the checkpoints of one build area, so that they cannot change where and whether these are kept. */
function areaProblems(base: Manifest, built: Manifest, { changes }: Variant): VariantProblem[] {
  const wrong =
    base.buildArea !== built.buildArea
      ? 'A variant cannot change the build area.'
      : base.checkpointEnable !== built.checkpointEnable || base.resumeFrom !== built.resumeFrom
        ? 'A variant cannot change the checkpoints.'
        : undefined;
  if (wrong === undefined) return [];
  const change = changes.find((one) => one.kind === 'set' && /area|checkpoint|resume/.test(one.path));
  const hint = 'All variants share the checkpoints of the build area. Remove this line from the variant.';
  return [variantError('variant-area', wrong, hint, change?.range ?? { start: 0, end: 0 })];
}

/** The last name of a nodepath, without predicates. */
const lastName = (path: string): string => (path.split('/').at(-1) ?? '').replace(/[[=].*$/, '').trim();

/** The names of all elements and attributes of a manifest. */
function namesIn({ root }: ManifestTree): Set<string> {
  const names = new Set<string>();
  const walk = (element: typeof root): void => {
    names.add(element.name);
    for (const { name } of element.attributes) names.add(name);
    for (const child of childElements(element)) walk(child);
  };
  walk(root);
  return names;
}
