// `npm run reference`: writes docs/reference.md and the engine's table of commands from the code that defines them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled } from './package/bundled.mjs';
import { root } from './launch/set-up.mjs';

const { referencePage } = await bundled('src-engine/reference/page.ts');
writeFileSync(join(root, 'docs/reference.md'), await referencePage(root));

const { withCommandTable } = await bundled('src-engine/reference/readme.ts');
const readme = join(root, 'src-engine/README.md');
writeFileSync(readme, await withCommandTable(readFileSync(readme, 'utf8')));
