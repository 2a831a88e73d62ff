import { keyToNodepath, NodepathError, selectEitherEra } from '../manifest/nodepath';
import { childElements, type ElementNode } from '../manifest/tree';

/** What a step has read from a manifest. */
export interface StepReads {
  readonly step: string;
  /** Nodepaths, or keys of `key_value_pairs` where `isKey` is set. */
  readonly reads: readonly { readonly request: string; readonly isKey: boolean }[];
}

/** An element with its text, or one attribute of it. */
interface Place {
  readonly element: ElementNode;
  readonly attribute?: string | undefined;
}

/** The steps that read each value of a manifest, as they did when they last ran. */
export class Readers {
  /** Names of steps by element and attribute; the key of an element's text is the empty string. */
  readonly #steps = new Map<ElementNode, Map<string, Set<string>>>();

  constructor(root: ElementNode, steps: readonly StepReads[]) {
    for (const { step, reads } of steps)
      for (const { request, isKey } of reads)
        for (const { element, attribute = '' } of select(root, isKey ? keyToNodepath(request) : request)) {
          const ofElement = this.#steps.get(element) ?? new Map<string, Set<string>>();
          this.#steps.set(element, ofElement);
          ofElement.set(attribute, (ofElement.get(attribute) ?? new Set()).add(step));
        }
  }

  /** The steps that read an element's text, or one of its attributes. */
  of({ element, attribute = '' }: Place): readonly string[] {
    return [...(this.#steps.get(element)?.get(attribute) ?? [])];
  }

  /** The steps that read anything of an element or below it. */
  within(element: ElementNode): readonly string[] {
    const own = [...(this.#steps.get(element)?.values() ?? [])].flatMap((steps) => [...steps]);
    return [...new Set([...own, ...childElements(element).flatMap((child) => this.within(child))])];
  }

  /** All elements that a step has read. */
  get elements(): readonly ElementNode[] {
    return [...this.#steps.keys()];
  }
}

/** A malformed nodepath selects nothing, as for the step that asked. */
function select(root: ElementNode, nodepath: string): ReturnType<typeof selectEitherEra> {
  try {
    return selectEitherEra(root, nodepath);
  } catch (error) {
    if (!(error instanceof NodepathError)) throw error;
    return [];
  }
}
