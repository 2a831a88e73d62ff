import { outerPair } from '../argslist';
import { attributeValue, directText, elementsAt, sourceRange, type ElementNode, type Range } from '../tree';

/** A value of a manifest, and its place in the source or that of its nearest parent in the source. */
export interface PlacedValue {
  readonly value: string;
  readonly range: Range | undefined;
}

/** Returns the values at a path below the root; with `@name` at the end those of an attribute. */
export function valuesAt(root: ElementNode, path: string): PlacedValue[] {
  const [parents = '', attribute] = path.split('/@');
  return elementsAt(root, parents).flatMap((element) => {
    if (attribute === undefined)
      return [{ value: outerPair(directText(element)) ?? directText(element), range: sourceRange(element) }];
    const found = element.attributes.find(({ name }) => name === attribute);
    return found
      ? [{ value: attributeValue(element, attribute) ?? '', range: found.valueRange ?? sourceRange(element) }]
      : [];
  });
}
