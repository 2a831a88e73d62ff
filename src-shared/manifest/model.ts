import { ArgslistError, splitArgslist, splitTokens } from './argslist';
import { detectLayout, partsOf, stepElements, type Layout } from './layout';
import { isTrue, readImageSettings, type ImageSettings } from './model-image';
import {
  attributeValue,
  childElements,
  directText,
  elementsAt,
  sourceRange,
  type ElementNode,
  type ManifestTree,
  type Range,
} from './tree';

/** A step as the manifest declares it. Its checkpoint lies just before it. */
export interface DeclaredStep {
  readonly index: number;
  /** The checkpoint's name; empty when it is missing. */
  readonly name: string;
  /** `Executing <script>` unless the manifest has one. */
  readonly message: string;
  /** The script's path as written; `undefined` for layout A's built-in first step (contract 7). */
  readonly script: string | undefined;
  readonly args: readonly string[];
  /** Why the argslist cannot be split. */
  readonly argsError?: string;
  /** The script's open tag. */
  readonly range?: Range;
}

/** A package to install or remove. */
export interface PackageEntry {
  readonly name: string;
  readonly attrs?: string;
  readonly tags?: string;
  readonly range?: Range;
}

/** A manifest as programs use it: read from the defaulted tree, all layouts alike. */
export interface Manifest extends ImageSettings {
  readonly layout: Layout;
  readonly distributionName: string;
  readonly buildArea: string | undefined;
  readonly stopOnError: boolean;
  readonly checkpointEnable: boolean;
  /** `undefined` when it is absent or empty. */
  readonly resumeFrom: string | undefined;
  readonly steps: readonly DeclaredStep[];
  /** `vmimg_params` instead of `img_params`: steps turn an image into a virtual machine's, nothing is installed. */
  readonly isVirtualMachine: boolean;
  readonly packages: readonly PackageEntry[];
  readonly removedPackages: readonly PackageEntry[];
  readonly keyValuePairs: readonly { readonly key: string; readonly value: string }[];
}

/** The built-in step of layout A (contract 7). */
const BUILT_IN_STEP = { name: 'im-pop', message: 'Populate the image with packages' };

/** Reads the typed model from a defaulted tree. Never throws; the rules report what is wrong. */
export function readManifest({ root }: ManifestTree): Manifest {
  const layout = detectLayout(root);
  const parts = partsOf(layout);
  const at = (path: string): ElementNode[] => elementsAt(root, path);
  const flags = 'distro_constr_params/distro_constr_flags';
  const checkpointing = at(`${flags}/checkpoint_enable`)[0];
  return {
    ...readImageSettings(root, parts),
    layout,
    distributionName: firstToken(attributeValue(root, 'name')),
    buildArea: filled(firstToken(textOf(at(parts.buildArea)[0]))),
    stopOnError: isTrue(textOf(at(`${flags}/stop_on_error`)[0]) ?? 'true'),
    checkpointEnable: isTrue(textOf(checkpointing) ?? 'true'),
    resumeFrom: filled(firstToken(checkpointing && attributeValue(checkpointing, 'resume_from'))),
    steps: readSteps(root, layout),
    isVirtualMachine: at('vmimg_params').length > 0,
    packages: at(`${parts.image}/packages/pkg`).map(packageEntry),
    removedPackages: at(`${parts.image}/post_install_remove_packages/pkg`).map(packageEntry),
    keyValuePairs: at('key_value_pairs/pair').map((pair) => ({
      key: attributeValue(pair, 'key') ?? '',
      value: attributeValue(pair, 'value') ?? '',
    })),
  };
}

function readSteps(root: ElementNode, layout: Layout): DeclaredStep[] {
  const declared = stepElements(root).map((element): Omit<DeclaredStep, 'index'> => {
    const checkpoint = childElements(element, 'checkpoint')[0];
    const script = firstToken(attributeValue(element, 'name'));
    const message = firstToken(checkpoint && attributeValue(checkpoint, 'message'));
    const range = sourceRange(element);
    return {
      name: firstToken(checkpoint && attributeValue(checkpoint, 'name')),
      message: message === '' ? `Executing ${script}` : message,
      script,
      ...readArguments(element),
      ...(range && { range }),
    };
  });
  const builtIn = layout === 'A' ? [{ ...BUILT_IN_STEP, script: undefined, args: [] }] : [];
  return [...builtIn, ...declared].map((step, index) => ({ index, ...step }));
}

/** Arguments are bound to their own script element, not to the script's name (contract 9, 11). */
function readArguments(script: ElementNode): { args: readonly string[]; argsError?: string } {
  try {
    return { args: childElements(script, 'argslist').flatMap((list) => splitArgslist(directText(list))) };
  } catch (error) {
    if (!(error instanceof ArgslistError)) throw error;
    return { args: [], argsError: error.message };
  }
}

function packageEntry(element: ElementNode): PackageEntry {
  const [attrs, tags] = [attributeValue(element, 'attrs'), attributeValue(element, 'tags')];
  const range = sourceRange(element);
  return {
    name: attributeValue(element, 'name') ?? '',
    ...(attrs !== undefined && { attrs }),
    ...(tags !== undefined && { tags }),
    ...(range && { range }),
  };
}

function textOf(element: ElementNode | undefined): string | undefined {
  return element && directText(element);
}

/** Returns the first token of a value; with unpaired quotes (an apostrophe) the value as it is (contract 9, 36). */
function firstToken(value: string | undefined): string {
  if (value === undefined) return '';
  try {
    return splitTokens(value)[0] ?? '';
  } catch (error) {
    if (!(error instanceof ArgslistError)) throw error;
    return value.trim();
  }
}

function filled(value: string): string | undefined {
  return value === '' ? undefined : value;
}
