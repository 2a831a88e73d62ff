import { detectLayout, partsOf } from '../layout';
import { readImageSettings } from '../model-image';
import { childElements, elementsAt, type ElementNode } from '../tree';
import type { Rule } from './rule';
import type { Edit } from '../splice';
import { addToken, replaceText } from './fixes';
import { valuesAt } from './values-at';

/** A check of one value at every node of a path (contract 6.3, 6.4). */
interface Check {
  /** Elements below the root; with `@name` at the end an attribute. */
  readonly path: string;
  readonly isRight: (value: string) => boolean;
  readonly sentence: (value: string) => string;
  readonly fix?: (value: string) => Edit | undefined;
}

const PACKAGE_PATTERN = /[*%?[\]{}|><()#$"'\\]/;

/**
 * Checks of the values (contract 6.3, 6.4). The messages have the original's own line, in the original's order
 * (recorded scenario 63).
 */
export const valuesRule: Rule = {
  check({ tree: { source }, defaulted: { root } }) {
    return checksFor(root, source).flatMap(({ path, isRight, sentence, fix }) =>
      valuesAt(root, path).flatMap(({ value, range }) =>
        isRight(value)
          ? []
          : {
              severity: 'error',
              phase: 'value',
              code: 'bad-value',
              message: sentence(value),
              path: path.replace('@', ''),
              range,
              fix: fix?.(value),
              original: `validate_node: Content "${value}" at ${path.replace('@', '')} did not validate`,
            },
      ),
    );
  },
};

function checksFor(root: ElementNode, source: string): Check[] {
  if (childElements(root, 'img_params').length === 0) return [];
  const parts = partsOf(detectLayout(root));
  const { locales } = readImageSettings(root, parts);
  const keys = new Map<string, number>();
  for (const { value } of valuesAt(root, 'key_value_pairs/pair/@key')) keys.set(value, (keys.get(value) ?? 0) + 1);
  const level: Check['isRight'] = (value) => /^\d+$/.test(value.trim()) && Number(value) <= 9;
  const levelSentence = (value: string): string => `A compression level is a number from 0 to 9, not \`${value}\`.`;
  const packageName: Check['isRight'] = (value) => !PACKAGE_PATTERN.test(value);
  const packageSentence = (value: string): string =>
    `The package name \`${value}\` must not contain wildcards, brackets or quotes.`;
  return [
    {
      path: 'img_params/hostname',
      isRight: isHostname,
      sentence: (value) =>
        `\`${value}\` is not a host name: use letters, digits, dashes, and single dots between parts.`,
      fix: (value) => plainHostname(root, source, value),
    },
    ...parts.bootArchive.map((name) => ({
      path: `${parts.outputImage}/${name}/compression/@level`,
      isRight: level,
      sentence: levelSentence,
    })),
    { path: 'img_params/packages/pkg/@name', isRight: packageName, sentence: packageSentence },
    { path: 'img_params/post_install_remove_packages/pkg/@name', isRight: packageName, sentence: packageSentence },
    { path: 'img_params/live_img_compression/@level', isRight: level, sentence: levelSentence },
    {
      path: 'img_params/locale_defaults/@locale',
      isRight: (value) => locales.includes(value),
      sentence: (value) =>
        `The default locale \`${value}\` is not in Locales (\`locale_list\`): add it there, or choose one of ${locales.join(', ')}.`,
      fix: (value) => addLocale(root, source, value),
    },
    {
      path: 'img_params/user/homedir',
      isRight: (value) => value.startsWith('/'),
      sentence: (value) => `The home directory \`${value}\` must begin with a slash.`,
    },
    {
      path: 'img_params/netservices_SMF_profile',
      isRight: (value) => value.startsWith('/'),
      sentence: (value) => `The SMF profile \`${value}\` must begin with a slash.`,
    },
    {
      path: 'img_params/pkg_image_area_max_size_gb',
      isRight: (value) => Number(value) >= 0,
      sentence: (value) => `The size limit \`${value}\` must not be negative.`,
    },
    {
      path: 'img_params/grub_menu_modifications/title',
      isRight: (value) => value.trim() !== '',
      sentence: () => 'The GRUB title must not be empty.',
    },
    {
      path: 'key_value_pairs/pair/@key',
      isRight: (value) => (keys.get(value) ?? 0) <= 1,
      sentence: (value) => `The key \`${value}\` is given more than once in \`key_value_pairs\`.`,
    },
  ];
}

function addLocale(root: ElementNode, source: string, locale: string): Edit | undefined {
  const [list] = elementsAt(root, 'img_params/locale_list');
  return list && addToken(source, list, locale, `Add \`${locale}\` to Locales`);
}

function plainHostname(root: ElementNode, source: string, value: string): Edit | undefined {
  const [element] = elementsAt(root, 'img_params/hostname');
  const plain = value
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9.-]/g, '')
    .replace(/\.{2,}/g, '.')
    .replace(/^[-.]+|[-.]+$/g, '');
  return element && isHostname(plain) ? replaceText(source, element, plain, `Use \`${plain}\``) : undefined;
}

/** Letters, digits, dashes and inner dots: the original's message allows them, its check does not (contract 9, 37). */
function isHostname(value: string): boolean {
  const name = value.trim().replace(/^[-.]+/, '');
  return value.length <= 256 && /^[A-Za-z0-9]([A-Za-z0-9-]*)(\.[A-Za-z0-9-]+)*$/.test(name);
}
