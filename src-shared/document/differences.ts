import { attributeValue, childElements, directText, type ElementNode } from '../manifest/tree';

/** A difference between two manifests: an attribute or text, a whole element, or the order of elements of one name. */
export interface Difference {
  readonly kind: 'changed' | 'added' | 'removed' | 'moved';
  /** The element in the older manifest; missing for an added one. For `moved` one of those that moved. */
  readonly before?: ElementNode;
  /** The same in the newer manifest; missing for a removed one. */
  readonly after?: ElementNode;
  /** The attribute that changed; missing for the text, and for a whole element. */
  readonly attribute?: string;
}

/** What identifies an element among its siblings of the same name. */
const KEYS = ['key', 'name', 'username', 'authname', 'url', 'path'];

/** Returns what differs between the elements of two manifests. Comments and white space are no difference. */
export function differencesOf(before: ElementNode, after: ElementNode): Difference[] {
  const names = new Set([...before.attributes, ...after.attributes].map(({ name }) => name));
  const attributes = [...names].filter((name) => attributeValue(before, name) !== attributeValue(after, name));
  const found: Difference[] = attributes.map((attribute) => ({ kind: 'changed', before, after, attribute }));
  if (directText(before) !== directText(after)) found.push({ kind: 'changed', before, after });
  const children = new Set([...childElements(before), ...childElements(after)].map(({ name }) => name));
  for (const name of children)
    found.push(...differencesOfSiblings(childElements(before, name), childElements(after, name)));
  return found;
}

function differencesOfSiblings(before: readonly ElementNode[], after: readonly ElementNode[]): Difference[] {
  const keyOf = keysOf(before, after);
  const found: Difference[] = [];
  const left = new Map(before.map((element, at) => [keyOf(element, at), element]));
  const pairs: { readonly earlier: ElementNode; readonly element: ElementNode }[] = [];
  for (const [at, element] of after.entries()) {
    const key = keyOf(element, at);
    const earlier = left.get(key);
    left.delete(key);
    if (!earlier) found.push({ kind: 'added', after: element });
    else {
      pairs.push({ earlier, element });
      found.push(...differencesOf(earlier, element));
    }
  }
  const removed = new Set(left.values());
  for (const element of removed) found.push({ kind: 'removed', before: element });
  const order = before.filter((element) => !removed.has(element));
  const moved = pairs.find(({ earlier }, at) => order[at] !== earlier);
  if (moved) found.push({ kind: 'moved', before: moved.earlier, after: moved.element });
  return found;
}

/** How the siblings are paired: by what identifies them where that is unique in both lists, else by their places. */
function keysOf(
  before: readonly ElementNode[],
  after: readonly ElementNode[],
): (element: ElementNode, at: number) => string {
  const identity = (element: ElementNode): string => {
    const key = KEYS.find((name) => attributeValue(element, name) !== undefined);
    return key === undefined ? directText(element) : (attributeValue(element, key) ?? '');
  };
  const isUnique = (list: readonly ElementNode[]): boolean => new Set(list.map(identity)).size === list.length;
  const isSingle = before.length <= 1 && after.length <= 1;
  if (isSingle || !isUnique(before) || !isUnique(after)) return (_, at) => String(at);
  return identity;
}
