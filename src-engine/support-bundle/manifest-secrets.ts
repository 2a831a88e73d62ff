import { hasPairedQuotes, splitArgslist } from '../../src-shared/manifest/argslist';
import { parseManifest } from '../../src-shared/manifest/parse';
import { attributeValue, childElements, type ElementNode } from '../../src-shared/manifest/tree';
import type { Redactor } from './redactor';
import { isSecretName, REMOVED, SECRET_NAME, secretInArgument } from '../../src-shared/secrets';

const ATTRIBUTES = `(?:"[^"]*"|'[^']*'|[^'">])*`;
const QUOTED = `(?:"[^"]*"|'[^']*')`;
/** An element with a secret's name, to its end tag, or to the end of the text when that is missing. */
const ELEMENT = new RegExp(
  `(<((?:[\\w.-]+:)?${SECRET_NAME})(?:\\s${ATTRIBUTES})?(?<!/)>)([\\s\\S]*?)(?=</\\2\\s*>|$(?![\\s\\S]))`,
  'gi',
);
const ATTRIBUTE = new RegExp(`(\\s(?:[\\w.-]+:)?${SECRET_NAME}\\s*=\\s*)${QUOTED}`, 'gi');
/** `<pair key="db_password" value="..."/>`, in either order. */
const PAIR = new RegExp(`<pair\\s(?:${ATTRIBUTES}>|[^<]*)`, 'g');
const KEY = /\bkey\s*=\s*(?:"([^"]*)"|'([^']*)')/;
const PAIR_VALUE = new RegExp(`(\\bvalue\\s*=\\s*)(?:${QUOTED}|["'].*)`);
const URL_PASSWORD = /:\/\/[^\s/:@"'<>]*:([^\s/"'<>]+)@/g;

/** The secret values of a manifest of any layout. Empty when it cannot be parsed. */
export function secretsOf(source: string): string[] {
  try {
    return secretsIn(parseManifest(source).root);
  } catch {
    return [];
  }
}

/**
 * A manifest without secrets, also when it cannot be parsed, and also in comments. Line breaks and columns stay, so
 * that the positions in messages still fit.
 */
export function redactManifest(source: string, redactor: Redactor): string {
  return redactor
    .lines(
      source
        // An entity may stand for a secret, and its uses are unknown when the text cannot be parsed.
        .replace(/(<!ENTITY\s+%?\s*[^\s"']+\s+)(?:"[^"]*"|'[^']*')/g, `$1"${REMOVED}"`)
        .replace(
          ELEMENT,
          (_, open: string, _name, content: string) => `${open}${REMOVED}${content.replace(/[^\n]/g, '')}`,
        )
        .replace(ATTRIBUTE, `$1"${REMOVED}"`)
        .replace(PAIR, withoutPairValue)
        .split('\n'),
    )
    .join('\n');
}

function withoutPairValue(pair: string): string {
  const [, double, single] = KEY.exec(pair) ?? [];
  return isSecretName(double ?? single ?? '') ? pair.replace(PAIR_VALUE, `$1"${REMOVED}"`) : pair;
}

function secretsIn(element: ElementNode): string[] {
  const own = isSecretName(element.name) ? [textOf(element)] : [];
  const named = element.attributes.flatMap(({ name, value }) => (isSecretName(name) ? [value] : []));
  const key = element.name === 'pair' ? attributeValue(element, 'key') : undefined;
  const pair = key !== undefined && isSecretName(key) ? [attributeValue(element, 'value') ?? ''] : [];
  const argv = element.name === 'argslist' ? secretArguments(textOf(element)) : [];
  const texts = [
    ...element.attributes.map(({ value }) => value),
    ...(childElements(element).length > 0 ? [] : [textOf(element)]),
  ];
  const urls = texts.flatMap((text) => [...text.matchAll(URL_PASSWORD)].map(([, password = '']) => password));
  return [...own, ...named, ...pair, ...argv, ...urls, ...childElements(element).flatMap(secretsIn)];
}

/**
 * Arguments of a step, because a step may print them without the option's name. Quoted values are listed as a whole and
 * as their separate parts.
 */
function secretArguments(argslist: string): string[] {
  const argv = [...(hasPairedQuotes(argslist) ? splitArgslist(argslist) : []), ...argslist.split(/["'\s]+/)];
  return argv.flatMap((argument, at) => secretInArgument(argument, argv[at - 1]) ?? []);
}

/** All text of an element, including CDATA. */
function textOf(element: ElementNode): string {
  return element.children
    .map((child) =>
      child.kind === 'element' ? textOf(child) : child.kind === 'text' || child.kind === 'cdata' ? child.text : '',
    )
    .join('');
}
