import { describe, expect, it } from 'vitest';
import { FORM_SECTIONS, formOf, type FormPart } from '../../../../src-renderer/screens/form/forms';
import { childSchemas, schemaAt, schemaOf } from '../../../../src-shared/document/schema-place';
import { labelOf } from '../../../../src-shared/manifest/labels';
import { parseManifest } from '../../../../src-shared/manifest/parse';
import type { ElementSchema } from '../../../../src-shared/manifest/schema';

const layouts = {
  'the present layout': '<distribution name="x"><distro_constr_params/><img_params/></distribution>',
  'the layout of 2008 and 2009':
    '<distribution name="x"><distro_constr_params/><img_params><build_area>a</build_area><output_image/></img_params></distribution>',
};

/** Elements that other screens edit: lists of packages, steps, and the name on the overview. */
const ELSEWHERE = /(^|\/)(packages|post_install_remove_packages|finalizer)(\/|$)/;

/** All elements and attributes of the grammar, as paths. */
function everything(schema: ElementSchema, path = ''): string[] {
  const here = [...schema.attributes.map(({ name }) => `${path}@${name}`)];
  if (schema.content.kind === 'text') here.push(path);
  for (const child of childSchemas(schema))
    here.push(...everything(child, path === '' ? child.name : `${path}/${child.name}`));
  return here;
}

/** The elements and attributes that have fields in the form of one part. */
function fieldsOf(root: ElementSchema, { path, only, without = [], hidden = [] }: FormPart): string[] {
  const schema = schemaAt(root, path);
  if (!schema) return [];
  const children = childSchemas(schema).filter(
    ({ name }) => !without.includes(name) && !hidden.includes(name) && (only === undefined || only.includes(name)),
  );
  const own = only ? [] : schema.attributes.map(({ name }) => `${path}@${name}`);
  if (!only && schema.content.kind === 'text') own.push(path);
  const below = children.flatMap(({ name }) =>
    fieldsOf(root, { path: path === '' ? name : `${path}/${name}`, hidden }),
  );
  return [...own, ...below];
}

describe.each(Object.entries(layouts))('the forms of %s', (_, source) => {
  const tree = parseManifest(source);
  const schema = schemaOf(tree);
  const parts = FORM_SECTIONS.flatMap((id) => formOf(id, tree));
  const fields = parts.flatMap((part) => fieldsOf(schema, part));

  it('edit every element and attribute of the schema, each in one place', () => {
    const wanted = everything(schema).filter((path) => path !== '@name' && !ELSEWHERE.test(path));
    expect(fields.sort()).toEqual([...new Set(wanted)].sort());
  });

  it('have a label that begins with a capital letter for each field', () => {
    for (const field of fields) {
      const [path = '', attribute] = field.split('@');
      const { label } = labelOf(path.split('/').at(-1) ?? '', attribute);
      expect(label, field).toMatch(/^[A-Z]/);
    }
  });
});
