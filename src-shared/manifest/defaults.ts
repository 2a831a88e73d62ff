import { detectEra, type Era } from './eras';
import { detectLayout, partsOf } from './layout';
import {
  attributeValue,
  childElements,
  copyTree,
  directText,
  elementsAt,
  type ElementNode,
  type ManifestTree,
} from './tree';

/** One default: a child that is added to every parent at a path where it is missing or empty (contract 6.3). */
interface Default {
  /** Path of the parents, below the root. */
  readonly parent: string;
  /** A name; with `@` an attribute. */
  readonly child: string;
  readonly value: string | ((parent: ElementNode, root: ElementNode) => string);
  /** Whether a missing parent is created. */
  readonly noParent: 'create' | 'skip';
}

/**
 * Fills in what a manifest leaves out, in a copy (contract 6.3 and 6.4, "default"). Validation and steps see the result; the source
 * text does not change.
 *
 * @param now names a distribution that has no name
 */
export function applyDefaults(tree: ManifestTree, { now }: { readonly now: Date }): ManifestTree {
  const copy = copyTree(tree);
  if (copy.root.name !== 'distribution') return copy;
  for (const rule of defaultsFor(detectEra(copy.root), copy.root, now)) apply(copy.root, rule);
  return copy;
}

function apply(root: ElementNode, { parent, child, value, noParent }: Default): void {
  let parents = elementsAt(root, parent);
  if (parents.length === 0 && noParent === 'create') parents = createPath(root, parent);
  for (const element of parents) {
    const text = (): string => (typeof value === 'string' ? value : value(element, root));
    if (child.startsWith('@')) setAttribute(element, child.slice(1), text);
    else setElement(element, child, text);
  }
}

function setAttribute(element: ElementNode, name: string, value: () => string): void {
  const present = attributeValue(element, name);
  if (present !== undefined && !isEmpty(present)) return;
  const there = element.attributes.find((attribute) => attribute.name === name);
  element.attributes = [
    ...element.attributes.filter((attribute) => attribute.name !== name),
    { ...(there ?? { added: true }), name, value: value() },
  ];
}

function setElement(parent: ElementNode, name: string, value: () => string): void {
  const present = childElements(parent, name);
  if (present.length === 0) {
    const added = emptyElement(name, parent);
    const text = value();
    if (text !== '') added.children = [{ kind: 'text', text }];
    parent.children.push(added);
    return;
  }
  for (const element of present)
    if (isEmpty(directText(element)) && childElements(element).length === 0) {
      const text = value();
      if (text !== '')
        element.children = [...element.children.filter(({ kind }) => kind !== 'text'), { kind: 'text', text }];
    }
}

const isEmpty = (value: string): boolean => ['', '""', "''"].includes(value.trim());

function emptyElement(name: string, parent: ElementNode): ElementNode {
  return { kind: 'element', name, attributes: [], children: [], parent, added: true };
}

/**
 * Creates missing ancestors in every place that has the nearest existing one. The original fails there (contract 9,
 * 41).
 */
function createPath(root: ElementNode, path: string): ElementNode[] {
  let found = [root];
  for (const name of path.split('/'))
    found = found.flatMap((element) => {
      const present = childElements(element, name);
      if (present.length > 0) return present;
      const added = emptyElement(name, element);
      element.children.push(added);
      return [added];
    });
  return found;
}

/** The distribution's name in host names, passwords and publishers of a layout. */
const IDENTITIES = {
  A: { name: 'opensolaris', url: 'http://pkg.opensolaris.org/release', authname: 'opensolaris.org' },
  B: { name: 'openindiana', url: 'http://pkg.openindiana.org/hipster', authname: 'openindiana.org' },
} as const;

function defaultsFor(era: Era, root: ElementNode, now: Date): Default[] {
  const layout = detectLayout(root);
  const parts = partsOf(layout);
  const { name, url, authname } = IDENTITIES[layout === 'B' ? 'B' : 'A'];
  const rules: Default[] = [
    { parent: '', child: '@name', value: dateName(now), noParent: 'skip' },
    { parent: 'distro_constr_params/distro_constr_flags', child: 'stop_on_error', value: 'true', noParent: 'create' },
    {
      parent: 'distro_constr_params/distro_constr_flags',
      child: 'checkpoint_enable',
      value: 'true',
      noParent: 'create',
    },
    ...bootArchiveDefaults(era, root, parts.outputImage),
  ];
  if (childElements(root, 'img_params').length === 0) return rules;
  const image = (
    child: string,
    value: Default['value'],
    below = '',
    noParent: Default['noParent'] = 'create',
  ): Default => ({
    parent: below === '' ? 'img_params' : `img_params/${below}`,
    child,
    value,
    noParent,
  });
  const authorities = [
    'pkg_repo_default_authority',
    ...(era >= '2008-10-10' ? ['post_install_repo_default_authority'] : []),
  ];
  for (const authority of authorities)
    for (const [child, value] of [
      ['@url', url],
      ['@authname', authname],
    ] as const)
      rules.push({ parent: `${parts.authorities}/${authority}/main`, child, value, noParent: 'create' });
  rules.push(
    image('@type', 'none', 'live_img_compression'),
    image('@level', '0', 'live_img_compression'),
    ...(era >= '2008-10-26' ? [image('generate_ips_search_index', 'false')] : []),
  );
  if (layout === 'B')
    rules.push(
      image('min_mem64', '1000', 'grub_menu_modifications', 'skip'),
      image('rootpass', name),
      image('@is_plaintext', 'true', 'rootpass'),
    );
  rules.push(
    image('locale_list', 'Posix/C'),
    image('@locale', 'Posix/C', 'locale_defaults'),
    image('@timezone', 'GMT', 'locale_defaults'),
    image('@directlogin', rootDirectLogin, 'root_user'),
    image('homedir', '/root', 'root_user'),
    image('password', '""', 'root_user'),
    image('@encrypted', 'false', 'root_user/password'),
    image('shell', '/bin/ksh93', 'root_user'),
    image('@UID', uidSource(root), 'user', 'skip'),
    image('@GID', '10', 'user', 'skip'),
    image('homedir', (user) => `/export/home/${attributeValue(user, 'username') ?? ''}`, 'user', 'skip'),
    image('@directlogin', 'false', 'user', 'skip'),
    image('shell', '/bin/ksh93', 'user', 'skip'),
    image('password', '""', 'user', 'skip'),
    image('@encrypted', 'false', 'user/password', 'skip'),
    image('netservices_SMF_profile', '/var/svc/profile/generic_limited_net.xml'),
    image('enable', 'false', 'power_mgmt'),
    image('pkg_image_area_max_size_gb', '0'),
    image('hostname', name),
  );
  return rules;
}

/** The ramdisk's defaults: until 2009-11 it is called bootroot, and made when it is missing (contract 7). */
function bootArchiveDefaults(era: Era, root: ElementNode, outputImage: string): Default[] {
  const old = era < '2009-11-09';
  const parent = `${outputImage}/${old ? 'bootroot' : 'boot_archive'}`;
  const always = old && childElements(root, 'img_params').length > 0;
  if (!always && elementsAt(root, parent).length === 0) return [];
  // Each output image has its own ramdisk. An image without one stays without (contract 9, 41).
  const noParent = always ? 'create' : 'skip';
  const compression: Default[] = [
    { parent: `${parent}/compression`, child: '@type', value: 'gzip', noParent: 'create' },
    { parent: `${parent}/compression`, child: '@level', value: '9', noParent: 'create' },
  ];
  return [
    ...(era >= '2008-10-06'
      ? [{ parent, child: 'size_pad_mb', value: era < '2009-04-07' ? '10' : '0', noParent } as const]
      : []),
    ...(era >= '2009-12-09' ? [{ parent, child: 'nbpi', value: '0', noParent } as const] : []),
    ...compression,
  ];
}

/**
 * As the original does: true when there is a user (contract 9, 40: the opposite was intended). No script reads the
 * value, so it is kept.
 */
function rootDirectLogin(_rootUser: ElementNode, root: ElementNode): string {
  return elementsAt(root, 'img_params/user').length > 0 ? 'true' : 'false';
}

/** The first free UID from 1000 on, for one user after the other. */
function uidSource(root: ElementNode): () => string {
  const taken = new Set(elementsAt(root, 'img_params/user').map((user) => attributeValue(user, 'UID')));
  let next = 1000;
  return () => {
    while (taken.has(String(next))) next++;
    return String(next++);
  };
}

/** `YYYYMMDD-HHMM`, local time. */
function dateName(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${date}-${two(now.getHours())}${two(now.getMinutes())}`;
}
