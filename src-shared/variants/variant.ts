import { nearestName } from '../near-name';
import { isSecretName } from '../secrets';
import { ManifestSyntaxError, parseManifest } from '../manifest/parse';
import { attributeValue, childElements, directText, type ElementNode, type Range } from '../manifest/tree';
import { variantError, type VariantProblem } from './problem';

/** One change of the manifest. `range` is its element in the variant's file. */
export type VariantChange = { readonly range: Range } & (
  | { readonly kind: 'set'; readonly path: string; readonly value: string }
  | { readonly kind: 'pair'; readonly key: string; readonly value: string }
  | { readonly kind: 'add-package'; readonly name: string }
  | { readonly kind: 'remove-package'; readonly name: string }
  | { readonly kind: 'output-on'; readonly name: string }
  | { readonly kind: 'output-off'; readonly name: string }
);

/** A variant of a manifest as `variants/NAME.xml` declares it: only what differs. */
export interface Variant {
  readonly description: string;
  readonly changes: readonly VariantChange[];
  readonly problems: readonly VariantProblem[];
}

const ROOT = 'variant';

/** The elements, each with its attributes. Of the attributes in one group exactly one has to be there. */
const ELEMENTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  set: [['path', 'key'], ['value']],
  package: [['add', 'remove']],
  output: [['on', 'off']],
};

const FORM =
  'A variant has elements <set path="NODEPATH" value="TEXT"/>, <set key="KEY" value="TEXT"/>, <package add="NAME"/>, <package remove="NAME"/>, <output on="FORMAT"/> and <output off="FORMAT"/>.';

/** Why a file name cannot name a variant, as a sentence; `undefined` when it can. */
export function variantNameProblem(name: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/.test(name)
    ? undefined
    : 'The name of a variant has letters, digits, dots, hyphens and underscores, begins with a letter or digit, and has at most 60 characters.';
}

/** Reads the text of a variant. Never throws: what is wrong with it is in `problems`. */
export function parseVariant(source: string): Variant {
  let root: ElementNode;
  try {
    ({ root } = parseManifest(source));
  } catch (error) {
    if (!(error instanceof ManifestSyntaxError)) throw error;
    const range = { start: error.offset, end: error.offset };
    return { description: '', changes: [], problems: [variantError('variant-syntax', error.message, FORM, range)] };
  }
  if (root.name !== ROOT) {
    const message = `The first element is \`${root.name}\`, not \`${ROOT}\`.`;
    const hint = root.name === 'distribution' ? `This is a whole manifest. ${FORM}` : FORM;
    return { description: '', changes: [], problems: [variantError('variant-root', message, hint, openTag(root))] };
  }
  const problems = [...unknownAttributes(root, ['description']), ...looseText(root)];
  const changes: VariantChange[] = [];
  for (const element of childElements(root)) {
    const wrong = elementProblems(element);
    problems.push(...wrong);
    const change = wrong.length > 0 ? undefined : changeOf(element);
    if (change) changes.push(change);
  }
  problems.push(...repeated(changes));
  return { description: attributeValue(root, 'description') ?? '', changes, problems };
}

/** What a change does, in short: `hostname = de`, `+cups`, `-nano`, `qcow2 on`. Secret values are not shown. */
export function changeText(change: VariantChange): string {
  switch (change.kind) {
    case 'set':
      return `${change.path} = ${shown(change.path, change.value)}`;
    case 'pair':
      return `${change.key} = ${shown(change.key, change.value)}`;
    case 'add-package':
      return `+${change.name}`;
    case 'remove-package':
      return `-${change.name}`;
    case 'output-on':
      return `${change.name} on`;
    case 'output-off':
      return `${change.name} off`;
  }
}

const shown = (name: string, value: string): string => (name.split(/[^\w.-]+/).some(isSecretName) ? '(secret)' : value);

function elementProblems(element: ElementNode): VariantProblem[] {
  const groups = ELEMENTS[element.name];
  const range = openTag(element);
  if (!groups) {
    const near = nearestName(element.name, Object.keys(ELEMENTS));
    const hint = near === undefined ? FORM : `Is \`${near}\` meant? ${FORM}`;
    return [variantError('variant-element', `The element \`${element.name}\` is not known.`, hint, range)];
  }
  const hasText = element.name === 'set' && directText(element) !== '';
  const problems = unknownAttributes(element, groups.flat());
  if (!hasText && element.name !== 'set') problems.push(...looseText(element));
  for (const child of childElements(element)) {
    const message = `\`${element.name}\` cannot contain \`${child.name}\`.`;
    problems.push(variantError('variant-element', message, FORM, openTag(child)));
  }
  for (const group of groups) {
    const given = group.filter((name) => attributeValue(element, name) !== undefined);
    const isText = group.includes('value') && hasText;
    if (given.length + (isText ? 1 : 0) === 1) continue;
    const message =
      given.length === 0
        ? `\`${element.name}\` has no ${group.map((name) => `\`${name}\``).join(' or ')}.`
        : isText
          ? '`set` has both a `value` and a text.'
          : `\`${element.name}\` has both ${group.map((name) => `\`${name}\``).join(' and ')}.`;
    problems.push(variantError('variant-attribute', message, FORM, range));
  }
  if (problems.length === 0 && subjectOf(element) === '')
    problems.push(variantError('variant-attribute', `\`${element.name}\` names nothing.`, FORM, range));
  return problems;
}

/** What an element is about: the first of its attributes other than the value. */
function subjectOf(element: ElementNode): string {
  const name = element.attributes.find((attribute) => attribute.name !== 'value');
  return name?.value.trim() ?? '';
}

function changeOf(element: ElementNode): VariantChange | undefined {
  const range = element.range ?? openTag(element);
  const given = (name: string): string | undefined => attributeValue(element, name)?.trim();
  const subject = subjectOf(element);
  if (element.name === 'set') {
    const value = attributeValue(element, 'value') ?? directText(element);
    const key = given('key');
    return key === undefined ? { kind: 'set', path: subject, value, range } : { kind: 'pair', key, value, range };
  }
  if (element.name === 'package')
    return { kind: given('add') === undefined ? 'remove-package' : 'add-package', name: subject, range };
  return { kind: given('on') === undefined ? 'output-off' : 'output-on', name: subject, range };
}

/** Changes of what an earlier one changes already: one of them would be lost. */
function repeated(changes: readonly VariantChange[]): VariantProblem[] {
  const seen = new Set<string>();
  return changes.flatMap((change) => {
    const about = aboutOf(change);
    if (!seen.has(about)) {
      seen.add(about);
      return [];
    }
    const message = `The variant changes ${about} twice.`;
    return [variantError('variant-repeated', message, 'Remove one of both.', change.range)];
  });
}

function aboutOf(change: VariantChange): string {
  if (change.kind === 'set') return `\`${change.path}\``;
  if (change.kind === 'pair') return `the script parameter \`${change.key}\``;
  return `the ${change.kind.endsWith('package') ? 'package' : 'output'} \`${change.name}\``;
}

function unknownAttributes(element: ElementNode, known: readonly string[]): VariantProblem[] {
  return element.attributes
    .filter(({ name }) => !known.includes(name))
    .map(({ name, range }) => {
      const near = nearestName(name, known);
      const hint = `${near === undefined ? '' : `Is \`${near}\` meant? `}${FORM}`;
      const message = `\`${element.name}\` has no attribute \`${name}\`.`;
      return variantError('variant-attribute', message, hint, range ?? openTag(element));
    });
}

function looseText(element: ElementNode): VariantProblem[] {
  const text = directText(element);
  if (text === '') return [];
  const message = `\`${element.name}\` contains the text \`${text.slice(0, 40)}\`, which has no meaning here.`;
  return [variantError('variant-text', message, 'Put it into a comment, or remove it.', openTag(element))];
}

const openTag = (element: ElementNode): Range => element.openTag ?? { start: 0, end: 0 };
