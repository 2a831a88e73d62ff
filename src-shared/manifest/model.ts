import { ArgslistError, splitArgslist, splitWords } from './argslist';
import { detectLayout, partsOf, type Layout } from './layout';
import {
  attributeValue,
  childElements,
  directText,
  sourceRange,
  type ElementNode,
  type ManifestTree,
  type Range,
} from './tree';

/** A step as the manifest declares it. Its checkpoint lies just before it. */
export interface BuildStepDeclaration {
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
  readonly range?: Range;
}

/** A package to install or remove. */
export interface PackageEntry {
  readonly name: string;
  readonly attrs?: string;
  readonly tags?: string;
  readonly range?: Range;
}

/** A package source; old manifests say authority. */
export interface Publisher {
  readonly url: string;
  readonly authname: string;
  readonly mirrors: readonly string[];
}

/** A user's account, or root's. */
export interface Account {
  readonly username: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly homedir: string;
  readonly shell: string;
  readonly directLogin: boolean;
}

/** Something that goes into, or stays out of, the boot archive. */
export interface BootArchiveEntry {
  readonly kind: 'include' | 'exclude';
  readonly type: string | undefined;
  readonly path: string;
}

/** One GRUB entry of the manifest. */
export interface GrubEntry {
  readonly titleSuffix: string;
  readonly position: string | undefined;
  readonly lines: readonly string[];
}

/** A manifest as programs use it: read from the defaulted tree, both eras alike. */
export interface Manifest {
  readonly layout: Layout;
  readonly distributionName: string;
  readonly buildArea: string | undefined;
  readonly stopOnError: boolean;
  readonly checkpointEnable: boolean;
  /** `undefined` when it is absent or empty. */
  readonly resumeFrom: string | undefined;
  readonly steps: readonly BuildStepDeclaration[];
  readonly packages: readonly PackageEntry[];
  readonly removedPackages: readonly PackageEntry[];
  readonly publisher: Publisher | undefined;
  readonly extraPublishers: readonly Publisher[];
  readonly users: readonly Account[];
  readonly bootArchive: readonly BootArchiveEntry[];
  readonly grub: { readonly title?: string; readonly timeout?: string; readonly entries: readonly GrubEntry[] };
  readonly hostname: string | undefined;
  readonly keyValuePairs: readonly { readonly key: string; readonly value: string }[];
}

/** The built-in step of layout A (contract 7). */
const BUILT_IN_STEP = { name: 'im-pop', message: 'Populate the image with packages' };

/** Reads the typed model from a defaulted tree. Never throws: what is wrong is `validateManifest`'s to say. */
export function readManifest({ root }: ManifestTree): Manifest {
  const layout = detectLayout(root);
  const parts = partsOf(layout);
  const at = (path: string): ElementNode[] => elementsAt(root, path);
  const flags = 'distro_constr_params/distro_constr_flags';
  const checkpointing = at(`${flags}/checkpoint_enable`)[0];
  return {
    layout,
    distributionName: firstWord(attributeValue(root, 'name') ?? ''),
    buildArea: optional(firstWord(textOf(at(parts.buildArea)[0]) ?? '')),
    stopOnError: isTrue(textOf(at(`${flags}/stop_on_error`)[0]) ?? 'true'),
    checkpointEnable: isTrue(textOf(checkpointing) ?? 'true'),
    resumeFrom: optional(firstWord((checkpointing && attributeValue(checkpointing, 'resume_from')) ?? '')),
    steps: readSteps(root, layout),
    packages: at('img_params/packages/pkg').map(packageEntry),
    removedPackages: at('img_params/post_install_remove_packages/pkg').map(packageEntry),
    publisher: at(`${parts.authorities}/pkg_repo_default_authority`).map(publisher)[0],
    extraPublishers: at(`${parts.authorities}/pkg_repo_addl_authority`).map(publisher),
    users: at('img_params/user').map(account),
    bootArchive: ['boot_archive_contents', 'bootroot_contents'].flatMap((name) =>
      at(`img_params/${name}`).flatMap((contents) => childElements(contents).flatMap(bootArchiveEntry)),
    ),
    grub: readGrub(at('img_params/grub_menu_modifications')[0]),
    hostname: textOf(at('img_params/hostname')[0]),
    keyValuePairs: at('key_value_pairs/pair').map((pair) => ({
      key: attributeValue(pair, 'key') ?? '',
      value: attributeValue(pair, 'value') ?? '',
    })),
  };
}

function readSteps(root: ElementNode, layout: Layout): BuildStepDeclaration[] {
  const scripts = elementsAt(root, `${partsOf(layout).outputImage}/finalizer/script`);
  const declared = scripts.map((element): Omit<BuildStepDeclaration, 'index'> => {
    const checkpoint = childElements(element, 'checkpoint')[0];
    const script = firstWord(attributeValue(element, 'name') ?? '');
    const message = firstWord((checkpoint && attributeValue(checkpoint, 'message')) ?? '');
    const range = sourceRange(element);
    return {
      name: firstWord((checkpoint && attributeValue(checkpoint, 'name')) ?? ''),
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

function readGrub(menu: ElementNode | undefined): Manifest['grub'] {
  if (!menu) return { entries: [] };
  const title = textOf(childElements(menu, 'title')[0]);
  const timeout = textOf(childElements(menu, 'timeout')[0]);
  const entries = childElements(menu, 'entry').map((entry) => ({
    titleSuffix: textOf(childElements(entry, 'title_suffix')[0]) ?? '',
    position: attributeValue(entry, 'position'),
    lines: childElements(entry, 'line').map((line) => directText(line)),
  }));
  return { ...(title !== undefined && { title }), ...(timeout !== undefined && { timeout }), entries };
}

function packageEntry(element: ElementNode): PackageEntry {
  const [attrs, tags, range] = [
    attributeValue(element, 'attrs'),
    attributeValue(element, 'tags'),
    sourceRange(element),
  ];
  return {
    name: attributeValue(element, 'name') ?? '',
    ...(attrs !== undefined && { attrs }),
    ...(tags !== undefined && { tags }),
    ...(range && { range }),
  };
}

function publisher(element: ElementNode): Publisher {
  const main = childElements(element, 'main')[0];
  return {
    url: (main && attributeValue(main, 'url')) ?? '',
    authname: (main && attributeValue(main, 'authname')) ?? '',
    mirrors: childElements(element, 'mirror').map((mirror) => attributeValue(mirror, 'url') ?? ''),
  };
}

function account(element: ElementNode): Account {
  const [uid, gid] = [attributeValue(element, 'UID'), attributeValue(element, 'GID')];
  return {
    username: attributeValue(element, 'username') ?? '',
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    homedir: textOf(childElements(element, 'homedir')[0]) ?? '',
    shell: textOf(childElements(element, 'shell')[0]) ?? '',
    directLogin: isTrue(attributeValue(element, 'directlogin') ?? 'false'),
  };
}

function bootArchiveEntry(element: ElementNode): BootArchiveEntry[] {
  const kind = element.name === 'base_include' ? 'include' : element.name === 'base_exclude' ? 'exclude' : undefined;
  return kind ? [{ kind, type: attributeValue(element, 'type'), path: directText(element) }] : [];
}

function elementsAt(root: ElementNode, path: string): ElementNode[] {
  return path
    .split('/')
    .reduce<ElementNode[]>((found, name) => found.flatMap((element) => childElements(element, name)), [root]);
}

function textOf(element: ElementNode | undefined): string | undefined {
  return element && directText(element);
}

/** The first word of a value; with unpaired quotes (an apostrophe) the value as it is (contract 9, 36). */
function firstWord(value: string): string {
  try {
    return splitWords(value)[0] ?? '';
  } catch (error) {
    if (!(error instanceof ArgslistError)) throw error;
    return value.trim();
  }
}

function optional(value: string): string | undefined {
  return value === '' ? undefined : value;
}

/** An XML schema boolean; `1` is true, which the original takes for false (contract 9, 17). */
function isTrue(value: string): boolean {
  return ['true', '1'].includes(value.trim().toLowerCase());
}
