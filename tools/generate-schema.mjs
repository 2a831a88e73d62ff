// Writes the RELAX NG schemas from the table that the validator itself uses, so that the two cannot differ.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../src-shared/manifest/schema-rng.ts', import.meta.url));
const { outputFiles } = await build({ entryPoints: [source], bundle: true, format: 'esm', write: false });
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { layoutARelaxNg, layoutBRelaxNg } = await import(`data:text/javascript;base64,${code}`);

writeFileSync(new URL('../resources/schema/layout-a.rng', import.meta.url), layoutARelaxNg());
writeFileSync(new URL('../resources/schema/layout-b.rng', import.meta.url), layoutBRelaxNg());
