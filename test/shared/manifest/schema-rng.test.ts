import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { layoutARelaxNg, layoutBRelaxNg } from '../../../src-shared/manifest/schema-rng';

const schema = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../resources/schema', name), 'utf8');

// test/conformance/manifest-schema.test.ts compares with xmllint what they accept.
it('The schema files match the table: run "node tools/generate-schema.mjs" after a change', () => {
  expect(schema('layout-a.rng')).toBe(layoutARelaxNg());
  expect(schema('layout-b.rng')).toBe(layoutBRelaxNg());
});
