// Where each element and attribute of the format is edited, in every era of the format.
import { describe, expect, it } from 'vitest';
import { fieldValue, setField } from '../../../src-shared/document/fields';
import { History } from '../../../src-shared/document/history';
import { childSchemas, schemaOf } from '../../../src-shared/document/schema-place';
import { sectionOf, type SectionId } from '../../../src-shared/document/sections';
import { ERAS } from '../../../src-shared/manifest/eras';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { manifestSchema, type ElementSchema } from '../../../src-shared/manifest/schema';
import { applySplices } from '../../../src-shared/manifest/splice';

/** The section of each value, by the name of its element, or by that of a parent where all below it are in one place. */
const PLACES: Readonly<Record<SectionId, readonly string[]>> = {
  overview: ['@name'],
  packages: ['packages', 'post_install_remove_packages'],
  repositories: [
    ...['pkg_repo_default_authority', 'pkg_repo_addl_authority'],
    ...['post_install_repo_default_authority', 'post_install_repo_addl_authority'],
  ],
  accounts: ['rootpass', 'root_user', 'user', 'hostname', 'locale_list', 'locale_defaults'],
  boot: [
    ...['grub_menu_modifications', 'grub_menu.lst', 'loader_menu_modifications'],
    ...['boot_archive_contents', 'bootroot_contents', 'boot_archive', 'bootroot'],
  ],
  outputs: [
    ...['output_image@pathname', 'live_img_compression', 'pkg_image_area_max_size_gb', 'generate_ips_search_index'],
    ...['netservices_SMF_profile', 'power_mgmt'],
  ],
  steps: ['finalizer'],
  area: ['build_area', 'pkg_image_area', 'logfile_dir', 'distro_constr_flags'],
  pairs: ['key_value_pairs'],
  scripts: [],
  xml: [],
  changes: [],
};

/** All values of the format as paths, `path@attribute` for attributes. */
function values(schema: ElementSchema, path = ''): string[] {
  const own = schema.attributes.map(({ name }) => `${path}@${name}`);
  if (schema.content.kind === 'text') own.push(path);
  return [
    ...own,
    ...childSchemas(schema).flatMap((child) => values(child, path === '' ? child.name : `${path}/${child.name}`)),
  ];
}

/** The sections whose entries name a value, its element or a parent. */
function placesOf(value: string): string[] {
  const parts = value.split(/[/@]/);
  const names = new Set([value, ...parts, value.split('/').at(-1) ?? '']);
  return Object.entries(PLACES).flatMap(([section, entries]) =>
    entries.some((one) => names.has(one)) ? [section] : [],
  );
}

it.each(ERAS)('Each element of %s has one place, and a command or a problem leads there.', (era) => {
  for (const value of values(manifestSchema(era))) {
    const places = placesOf(value);
    expect(places, value).toHaveLength(1);
    expect(sectionOf(value.replace(/^@/, '').replace('@', '/')), value).toBe(places[0]);
  }
});

describe.each([
  ['the present layout', '<distribution name="x">\n  <distro_constr_params/>\n  <img_params/>\n</distribution>\n'],
  [
    'the layout of 2008 and 2009',
    '<distribution name="x">\n  <distro_constr_params/>\n  <img_params>\n    <build_area>a</build_area>\n    <output_image/>\n  </img_params>\n</distribution>\n',
  ],
])('each element of %s', (_, source) => {
  it('is written as one entry of the history, and undone byte for byte', () => {
    const tree = parseManifest(source);
    for (const value of values(schemaOf(tree))) {
      const [path = '', attribute] = value.split('@');
      const { label, splices, gesture } = setField(tree, path, attribute, 'new');
      const after = applySplices(source, splices);
      expect(fieldValue(parseManifest(after), path, attribute), value).toBe('new');
      const history = new History();
      history.record(label, source, after, gesture);
      expect(history.undo(after), value).toBe(source);
      expect(history.undoLabel, value).toBeUndefined();
    }
  });
});
