import { splitTokens } from './argslist';
import type { Parts } from './layout';
import { attributeValue, childElements, directText, elementsAt, type ElementNode } from './tree';

/** A package source; old manifests call it an authority. */
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

/** A compression. */
export interface Compression {
  readonly type: string;
  readonly level: string;
}

/** The boot archive that is made for one output image. */
export interface Ramdisk {
  /** MB to add to its size. */
  readonly sizePadMb: string | undefined;
  /** Bytes per inode; `0` lets the script compute it. */
  readonly nbpi: string | undefined;
  readonly compression: Compression | undefined;
  /** Applied to its services, in order. */
  readonly serviceProfiles: readonly { readonly path: string; readonly useBuildSystemFile: boolean }[];
}

/** Something that goes into, or stays out of, the boot archive. */
export interface BootArchiveEntry {
  readonly kind: 'include' | 'exclude';
  /** `file` or `dir`; old manifests may leave it out. */
  readonly type: string | undefined;
  readonly path: string;
  readonly fiocompress?: string;
}

/** One GRUB entry of the manifest. */
export interface GrubEntry {
  readonly titleSuffix: string;
  readonly position: string | undefined;
  readonly lines: readonly string[];
}

/** The boot menu. Numbers are texts as written; scripts set missing values. */
export interface GrubMenu {
  readonly title?: string;
  readonly defaultEntry?: string;
  readonly timeout?: string;
  readonly minMem64?: string;
  readonly entries: readonly GrubEntry[];
}

/** The content and the settings of an image (contract 6.4, `img_params`). */
export interface ImageSettings {
  readonly publisher: Publisher | undefined;
  readonly extraPublishers: readonly Publisher[];
  /** The package source that the finished image has. */
  readonly installedPublisher: Publisher | undefined;
  readonly installedExtraPublishers: readonly Publisher[];
  readonly generateSearchIndex: boolean;
  readonly rootPassword: { readonly value: string; readonly isPlaintext: boolean } | undefined;
  readonly root: Account | undefined;
  readonly users: readonly Account[];
  readonly hostname: string | undefined;
  readonly locales: readonly string[];
  readonly defaultLocale: { readonly locale: string; readonly timezone: string } | undefined;
  readonly bootArchive: readonly BootArchiveEntry[];
  /** One per output image that has one. */
  readonly ramdisks: readonly Ramdisk[];
  readonly liveImageCompression: Compression | undefined;
  readonly grub: GrubMenu;
  readonly loaderTimeout: string | undefined;
  readonly servicesProfile: string | undefined;
  readonly powerManagement: string | undefined;
  readonly maxSizeGb: string | undefined;
}

/** Reads the image's settings from a defaulted tree. Never throws. */
export function readImageSettings(root: ElementNode, parts: Parts): ImageSettings {
  const image = (path: string): ElementNode[] => elementsAt(root, `${parts.image}/${path}`);
  const authorities = (name: string): Publisher[] => elementsAt(root, `${parts.authorities}/${name}`).map(publisher);
  const [rootPassword] = image('rootpass');
  const [locale] = image('locale_defaults');
  return {
    publisher: authorities('pkg_repo_default_authority')[0],
    extraPublishers: authorities('pkg_repo_addl_authority'),
    installedPublisher: authorities('post_install_repo_default_authority')[0],
    installedExtraPublishers: authorities('post_install_repo_addl_authority'),
    generateSearchIndex: isTrue(textOf(image('generate_ips_search_index')[0])),
    rootPassword: rootPassword && {
      value: directText(rootPassword),
      isPlaintext: isTrue(attributeValue(rootPassword, 'is_plaintext')),
    },
    root: image('root_user').map(account)[0],
    users: image('user').map(account),
    hostname: textOf(image('hostname')[0]),
    locales: items(textOf(image('locale_list')[0]) ?? ''),
    defaultLocale: locale && {
      locale: attributeValue(locale, 'locale') ?? '',
      timezone: attributeValue(locale, 'timezone') ?? '',
    },
    bootArchive: ['boot_archive_contents', 'bootroot_contents'].flatMap((name) =>
      image(name).flatMap((contents) => childElements(contents).flatMap(bootArchiveEntry)),
    ),
    ramdisks: parts.bootArchive.flatMap((name) => elementsAt(root, `${parts.outputImage}/${name}`).map(ramdisk)),
    liveImageCompression: image('live_img_compression').map(compression)[0],
    grub: grubMenu(image('grub_menu_modifications')[0]),
    loaderTimeout: textOf(image('loader_menu_modifications/timeout')[0]),
    servicesProfile: textOf(image('netservices_SMF_profile')[0]),
    powerManagement: textOf(image('power_mgmt/enable')[0]),
    maxSizeGb: textOf(image('pkg_image_area_max_size_gb')[0]),
  };
}

/** An XML schema boolean; `1` is true, which the original takes for false (contract 9, 17). */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['true', '1'].includes(value.trim().toLowerCase());
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
    username: attributeValue(element, 'username') ?? (element.name === 'root_user' ? 'root' : ''),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    homedir: childText(element, 'homedir') ?? '',
    shell: childText(element, 'shell') ?? '',
    directLogin: isTrue(attributeValue(element, 'directlogin')),
  };
}

function compression(element: ElementNode): Compression {
  return { type: attributeValue(element, 'type') ?? '', level: attributeValue(element, 'level') ?? '' };
}

function ramdisk(element: ElementNode): Ramdisk {
  return {
    sizePadMb: childText(element, 'size_pad_mb'),
    nbpi: childText(element, 'nbpi'),
    compression: childElements(element, 'compression').map(compression)[0],
    serviceProfiles: elementsAt(element, 'smf_service_profile/profile').map((profile) => ({
      path: attributeValue(profile, 'path') ?? '',
      useBuildSystemFile: isTrue(attributeValue(profile, 'use_build_sys_file')),
    })),
  };
}

function bootArchiveEntry(element: ElementNode): BootArchiveEntry[] {
  const kind = element.name === 'base_include' ? 'include' : element.name === 'base_exclude' ? 'exclude' : undefined;
  if (!kind) return [];
  const fiocompress = attributeValue(element, 'fiocompress');
  const entry = { kind, type: attributeValue(element, 'type'), path: directText(element) } as const;
  return [{ ...entry, ...(fiocompress !== undefined && { fiocompress }) }];
}

function grubMenu(menu: ElementNode | undefined): GrubMenu {
  if (!menu) return { entries: [] };
  const optional = (key: string, name: string): Record<string, string> => {
    const text = childText(menu, name);
    return text === undefined ? {} : { [key]: text };
  };
  return {
    ...optional('title', 'title'),
    ...optional('defaultEntry', 'default_entry'),
    ...optional('timeout', 'timeout'),
    ...optional('minMem64', 'min_mem64'),
    entries: childElements(menu, 'entry').map((entry) => ({
      titleSuffix: childText(entry, 'title_suffix') ?? '',
      position: attributeValue(entry, 'position'),
      lines: childElements(entry, 'line').map(directText),
    })),
  };
}

function childText(element: ElementNode, name: string): string | undefined {
  return textOf(childElements(element, name)[0]);
}

function textOf(element: ElementNode | undefined): string | undefined {
  return element && directText(element);
}

/** Returns the items of a list, quoted or not. */
function items(text: string): string[] {
  try {
    return splitTokens(text).flatMap((token) => token.split(/\s+/));
  } catch {
    return text.split(/\s+/); // unpaired quotes are characters of an item
  }
}
