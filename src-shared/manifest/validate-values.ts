import { detectLayout, partsOf } from './layout';
import { outerPair } from './argslist';
import { readImageSettings } from './model-image';
import type { Problem } from './problems';
import {
  attributeValue,
  childElements,
  elementsAt,
  directText,
  sourceRange,
  type ElementNode,
  type ManifestTree,
  type Range,
} from './tree';

/** A check of one value at every node of a path (contract 6.3, 6.4). */
interface Check {
  /** Elements below the root; with `@name` at the end an attribute. */
  readonly path: string;
  readonly ok: (value: string) => boolean;
  readonly sentence: (value: string) => string;
}

const PACKAGE_PATTERN = /[*%?[\]{}|><()#$"'\\]/;

/**
 * Validates what values mean; called once the structure is right, as in the original. Messages carry the original's own line, in the
 * original's order (recorded scenario 63).
 */
export function validateValues(tree: ManifestTree, isExecutable: ((path: string) => boolean) | undefined): Problem[] {
  const { root } = tree;
  const problems: Problem[] = [];
  const outputImage = partsOf(detectLayout(root)).outputImage;
  if (isExecutable) problems.push(...checkScripts(root, `${outputImage}/finalizer/script`, isExecutable));
  for (const check of checksFor(root)) {
    for (const { value, element, range } of valuesAt(root, check.path)) {
      if (check.ok(value)) continue;
      const path = check.path.replace('@', '');
      const where = range ?? sourceRange(element);
      problems.push({
        severity: 'error',
        phase: 'value',
        code: 'bad-value',
        message: check.sentence(value),
        path,
        ...(where && { range: where }),
        original: `validate_node: Content "${value}" at ${path} did not validate`,
      });
    }
  }
  return problems;
}

function checkScripts(root: ElementNode, path: string, isExecutable: (path: string) => boolean): Problem[] {
  const problems: Problem[] = [];
  for (const { value, element, range } of valuesAt(root, `${path}/@name`)) {
    if (isExecutable(value)) continue;
    const where = range ?? sourceRange(element);
    problems.push({
      severity: 'error',
      phase: 'value',
      code: 'script-not-executable',
      message: `The script \`${value}\` does not exist or is not executable; steps run from the directory the build is started in.`,
      path: `${path}/name`,
      ...(where && { range: where }),
      original: `${value} either doesn't exist or is not an executable file\nvalidate_node: Content "${value}" at ${path}/name did not validate`,
    });
  }
  return problems;
}

function checksFor(root: ElementNode): Check[] {
  if (childElements(root, 'img_params').length === 0) return [];
  const parts = partsOf(detectLayout(root));
  const { locales } = readImageSettings(root, parts);
  const keys = new Map<string, number>();
  for (const { value } of valuesAt(root, 'key_value_pairs/pair/@key')) keys.set(value, (keys.get(value) ?? 0) + 1);
  const level: Check['ok'] = (value) => /^\d+$/.test(value.trim()) && Number(value) <= 9;
  const levelSentence = (value: string): string => `A compression level is a number from 0 to 9, not \`${value}\`.`;
  const packageName: Check['ok'] = (value) => !PACKAGE_PATTERN.test(value);
  const packageSentence = (value: string): string =>
    `The package name \`${value}\` must not hold wildcards, brackets or quotes.`;
  return [
    {
      path: 'img_params/hostname',
      ok: isHostname,
      sentence: (value) =>
        `\`${value}\` is not a host name: use letters, digits, dashes, and single dots between parts.`,
    },
    ...parts.bootArchive.map((name) => ({
      path: `${parts.outputImage}/${name}/compression/@level`,
      ok: level,
      sentence: levelSentence,
    })),
    { path: 'img_params/packages/pkg/@name', ok: packageName, sentence: packageSentence },
    { path: 'img_params/post_install_remove_packages/pkg/@name', ok: packageName, sentence: packageSentence },
    { path: 'img_params/live_img_compression/@level', ok: level, sentence: levelSentence },
    {
      path: 'img_params/locale_defaults/@locale',
      ok: (value) => locales.includes(value),
      sentence: (value) =>
        `The default locale \`${value}\` is not in \`locale_list\`: add it there, or choose one of ${locales.join(', ')}.`,
    },
    {
      path: 'img_params/user/homedir',
      ok: (value) => value.startsWith('/'),
      sentence: (value) => `The home directory \`${value}\` must begin with a slash.`,
    },
    {
      path: 'img_params/netservices_SMF_profile',
      ok: (value) => value.startsWith('/'),
      sentence: (value) => `The SMF profile \`${value}\` must begin with a slash.`,
    },
    {
      path: 'img_params/pkg_image_area_max_size_gb',
      ok: (value) => Number(value) >= 0,
      sentence: (value) => `The size limit \`${value}\` must not be negative.`,
    },
    {
      path: 'img_params/grub_menu_modifications/title',
      ok: (value) => value.trim() !== '',
      sentence: () => 'The GRUB title must not be empty.',
    },
    {
      path: 'key_value_pairs/pair/@key',
      ok: (value) => (keys.get(value) ?? 0) <= 1,
      sentence: (value) => `The key \`${value}\` is given more than once in \`key_value_pairs\`.`,
    },
  ];
}

/** Letters, digits, dashes and inner dots: what the original claims to allow, and then does not (contract 9, 37). */
function isHostname(value: string): boolean {
  const name = value.trim().replace(/^[-.]+/, '');
  return value.length <= 256 && /^[A-Za-z0-9]([A-Za-z0-9-]*)(\.[A-Za-z0-9-]+)*$/.test(name);
}

function valuesAt(
  root: ElementNode,
  path: string,
): { value: string; element: ElementNode; range: Range | undefined }[] {
  const [parents = '', attribute] = path.split('/@');
  return elementsAt(root, parents).flatMap((element) => {
    if (attribute === undefined)
      return [{ value: outerPair(directText(element)) ?? directText(element), element, range: undefined }];
    const found = element.attributes.find(({ name }) => name === attribute);
    return found ? [{ value: attributeValue(element, attribute) ?? '', element, range: found.valueRange }] : [];
  });
}
