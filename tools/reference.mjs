// `npm run reference`: writes docs/reference.md and the tables of commands in the README files from the code that defines them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled } from './package/bundled.mjs';
import { root } from './launch/set-up.mjs';

const { referencePage } = await bundled('src-engine/reference/page.ts');
writeFileSync(join(root, 'docs/reference.md'), await referencePage(root));

const { withCommandTable } = await bundled('src-engine/reference/readme.ts');
for (const name of ['README.md', 'src-engine/README.md']) {
  const path = join(root, name);
  writeFileSync(path, await withCommandTable(readFileSync(path, 'utf8')));
}
