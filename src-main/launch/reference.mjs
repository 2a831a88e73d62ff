// `npm run reference`: writes docs/reference.md from the code that defines what it tells.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled } from './package/bundled.mjs';
import { root } from './set-up.mjs';

const { referencePage } = await bundled('src-engine/reference/page.ts');
writeFileSync(join(root, 'docs/reference.md'), referencePage(root));
