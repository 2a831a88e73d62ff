import * as type from './datatypes';
import type { Datatype } from './datatypes';
import type { Era } from './eras';

/** An attribute that an element may have. */
export interface AttributeSchema {
  readonly name: string;
  readonly required: boolean;
  readonly type: Datatype;
}

/** A child, or the choice of one, and how often it may come. */
export interface Particle {
  readonly elements: readonly ElementSchema[];
  readonly least: 0 | 1;
  readonly most: 1 | typeof Infinity;
  /** In content of any order: must come after this sibling, which must be there (`locale_defaults`). */
  readonly after?: string;
}

/** The allowed content of an element. */
export type Content =
  | { readonly kind: 'text'; readonly type: Datatype }
  | { readonly kind: 'children'; readonly ordered: boolean; readonly particles: readonly Particle[] };

/** An element and its allowed content. Names are unique among siblings. */
export interface ElementSchema {
  readonly name: string;
  readonly attributes: readonly AttributeSchema[];
  readonly content: Content;
  /** Attributes of which there must be exactly one. */
  readonly oneAttributeOf?: readonly string[];
  /** Attributes that are allowed only beside a certain value of another. */
  readonly attributeNeeds?: { readonly name: string; readonly other: string; readonly value: string };
}

const required = (name: string, of: Datatype = type.text): AttributeSchema => ({ name, required: true, type: of });
const optional = (name: string, of: Datatype = type.text): AttributeSchema => ({ name, required: false, type: of });

const one = (...elements: ElementSchema[]): Particle => ({ elements, least: 1, most: 1 });
const maybe = (...elements: ElementSchema[]): Particle => ({ elements, least: 0, most: 1 });
const some = (element: ElementSchema): Particle => ({ elements: [element], least: 1, most: Infinity });
const any = (element: ElementSchema): Particle => ({ elements: [element], least: 0, most: Infinity });

const leaf = (name: string, of: Datatype = type.text, attributes: AttributeSchema[] = []): ElementSchema => ({
  name,
  attributes,
  content: { kind: 'text', type: of },
});
const parent = (
  name: string,
  ordered: boolean,
  particles: Particle[],
  attributes: AttributeSchema[] = [],
): ElementSchema => ({
  name,
  attributes,
  content: { kind: 'children', ordered, particles },
});
const inOrder = (name: string, particles: Particle[], attributes: AttributeSchema[] = []): ElementSchema =>
  parent(name, true, particles, attributes);
const anyOrder = (name: string, particles: Particle[], attributes: AttributeSchema[] = []): ElementSchema =>
  parent(name, false, particles, attributes);
const bare = (name: string, attributes: AttributeSchema[] = []): ElementSchema => inOrder(name, [], attributes);

/**
 * The grammar of manifests as of an era (contract 6.4 and 7), written by this project. It accepts what the schema file of that day accepts:
 * test/conformance/manifest-schema.test.ts compares the two.
 */
export function manifestSchema(era: Era): ElementSchema {
  const since = <T>(day: string, ...what: T[]): T[] => (era >= day ? what : []);
  const until = <T>(day: string, ...what: T[]): T[] => (era < day ? what : []);
  const layoutB = era >= '2009-12-10';
  const listText = era < '2008-10-13' ? type.list : type.text;
  const ramdisk = era < '2009-11-09' ? 'bootroot' : 'boot_archive';

  const mirror =
    era < '2008-10-10' ? bare('mirror', [required('authname'), required('url')]) : bare('mirror', [required('url')]);
  const repository = (name: string): ElementSchema =>
    inOrder(name, [one(bare('main', [required('authname'), required('url')])), any(mirror)]);
  const authorities = [
    one(repository('pkg_repo_default_authority')),
    any(repository('pkg_repo_addl_authority')),
    ...since(
      '2008-10-10',
      maybe(repository('post_install_repo_default_authority')),
      any(repository('post_install_repo_addl_authority')),
    ),
  ];
  const adjustment: ElementSchema = {
    ...bare('adjustment', [optional('add'), optional('delete')]),
    oneAttributeOf: ['add', 'delete'],
  };
  const compression = (name: string, ...types: string[]): ElementSchema =>
    bare(name, [required('type', type.oneOf(...types)), required('level', type.unsignedByte)]);

  const script = inOrder(
    'script',
    [
      ...since('2008-10-03', one(bare('checkpoint', [required('name'), optional('message')]))),
      maybe(leaf('argslist', era < '2008-10-13' ? type.orEmpty(type.list) : type.text)),
      ...until('2008-10-09', maybe(leaf('stdout_logfile')), maybe(leaf('stderr_logfile'))),
    ],
    [required('name')],
  );
  const ramdiskImage = anyOrder(ramdisk, [
    ...since('2008-10-06', maybe(leaf('size_pad_mb', type.unsignedInt))),
    ...since('2009-12-09', maybe(leaf('nbpi', type.unsignedInt))),
    maybe(compression('compression', 'gzip', ...since('2010-09-21', 'dcfs'), 'none')),
    any(adjustment),
    ...since(
      '2010-02-09',
      maybe(
        inOrder('smf_service_profile', [
          some(bare('profile', [required('path'), optional('use_build_sys_file', type.boolean)])),
        ]),
      ),
    ),
  ]);
  const outputImage = anyOrder(
    'output_image',
    [maybe(ramdiskImage), one(inOrder('finalizer', [some(script)]))],
    until('2008-10-03', required('pathname')),
  );
  const flags = anyOrder('distro_constr_flags', [
    maybe(leaf('stop_on_error', type.boolean)),
    maybe(
      leaf('checkpoint_enable', type.boolean, [
        optional('resume_from', era < '2008-10-27' ? type.nonNegativeInteger : type.text),
      ]),
    ),
  ]);
  const constructor = anyOrder('distro_constr_params', [
    ...(layoutB ? [one(leaf('build_area'))] : []),
    one(flags),
    ...(layoutB ? [some(outputImage)] : authorities),
    ...until('2008-10-03', maybe(leaf('logfile_dir'))),
  ]);

  const fileOrDir = type.oneOf('file', 'dir');
  const typed = era >= '2009-01-08';
  const include: ElementSchema = {
    ...leaf('base_include', type.text, [
      typed ? required('type', fileOrDir) : optional('type', fileOrDir),
      ...(typed ? [optional('fiocompress', type.boolean)] : []),
    ]),
    ...(typed && { attributeNeeds: { name: 'fiocompress', other: 'type', value: 'file' } }),
  };
  const exclude = leaf('base_exclude', type.text, [typed ? required('type', fileOrDir) : optional('type', fileOrDir)]);
  const pkg = bare('pkg', [required('name'), optional('attrs', listText), optional('tags', listText)]);
  const account = [
    maybe(leaf('homedir')),
    maybe(leaf('shell')),
    maybe(leaf('password', type.text, [required('encrypted', type.boolean)])),
    maybe(leaf('account_contents')),
  ];
  const directLogin = optional('directlogin', type.boolean);
  const grub = anyOrder('grub_menu_modifications', [
    ...since('2010-01-25', maybe(leaf('min_mem64', type.unsignedLong))),
    ...since('2009-04-07', maybe(leaf('title'))),
    maybe(leaf('default_entry', type.unsignedInt)),
    maybe(leaf('timeout', type.unsignedInt)),
    any(inOrder('entry', [one(leaf('title_suffix')), some(leaf('line'))], [optional('position', type.unsignedInt)])),
  ]);
  const image = anyOrder('img_params', [
    ...(layoutB ? authorities : []),
    one(inOrder('packages', [some(pkg)])),
    ...since('2008-10-10b', maybe(inOrder('post_install_remove_packages', [some(pkg)]))),
    ...since('2008-10-26', maybe(leaf('generate_ips_search_index', type.boolean))),
    ...since('2010-01-21', maybe(leaf('rootpass', type.text, [required('is_plaintext', type.boolean)]))),
    one(anyOrder(`${ramdisk}_contents`, [some(include), any(exclude), any(adjustment)])),
    maybe(compression('live_img_compression', 'gzip', 'lzma', 'none')),
    one(leaf('hostname')),
    maybe(leaf('locale_list', listText)),
    { ...maybe(bare('locale_defaults', [required('locale'), required('timezone')])), after: 'locale_list' },
    one(anyOrder('root_user', account, [directLogin])),
    any(
      anyOrder('user', account, [
        required('username'),
        required('UID', type.unsignedInt),
        required('GID', type.unsignedInt),
        directLogin,
      ]),
    ),
    ...since('2016-10-22', maybe(inOrder('loader_menu_modifications', [maybe(leaf('timeout', type.int))]))),
    ...until('2008-10-13', maybe(leaf('grub_menu.lst'))),
    ...since('2008-10-13', maybe(grub)),
    maybe(leaf('netservices_SMF_profile')),
    maybe(inOrder('power_mgmt', [maybe(leaf('enable', type.orEmpty(type.boolean)))])),
    ...until('2008-10-03', maybe(leaf('pkg_image_area'))),
    ...(layoutB || era < '2008-10-03' ? [] : [one(leaf('build_area'))]),
    maybe(leaf('pkg_image_area_max_size_gb', type.float)),
    ...(layoutB ? [] : [some(outputImage)]),
  ]);
  const pairs = inOrder('key_value_pairs', [any(bare('pair', [required('key'), required('value')]))]);
  return inOrder(
    'distribution',
    [one(constructor), layoutB ? one(image, bare('vmimg_params')) : one(image), maybe(pairs)],
    [required('name')],
  );
}
