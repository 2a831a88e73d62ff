// Builds the engine: one self-contained file per command that can be copied to a build host (Node >= 18).
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { fitForComment } from './bundle/comment.mjs';
import { lazyModules } from './bundle/lazy-modules.mjs';
import { manifestRead } from './bundle/manifest-read.mjs';
import { START_LINES } from './bundle/start-lines.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const engine = join(root, 'out/engine');
const bin = join(root, 'out/bin');
const commands = { distro_const: 'cli.ts', ManifestRead: 'manifest-read/cli.ts' };

const options = { bundle: true, minify: true, platform: 'node', target: 'node18', format: 'cjs', write: false };
const { outputFiles, metafile } = await build({
  ...options,
  entryPoints: Object.fromEntries(
    Object.entries(commands).map(([name, file]) => [name, join(root, 'src-engine', file)]),
  ),
  outdir: engine,
  outExtension: { '.js': '.cjs' },
  // A script of node:vm cannot use import(), and the program is one (launcher/launcher.ts).
  supported: { 'dynamic-import': false },
  plugins: [lazyModules],
  legalComments: 'none', // the packages include the licences in NOTICES.txt
  logLevel: 'warning',
  metafile: true,
});

const read = (name) => readFileSync(join(root, 'src-engine', name), 'utf8');
const ASSEMBLE = {
  distro_const: (program) => launched(program),
  ManifestRead: (program) => manifestRead(program, read('manifest-read/client.pl'), read('manifest-read/usage.ts')),
};

/** The engine's file: the launcher, followed by the program as a comment. */
async function launched(bundle) {
  const program = fitForComment(`(function (require, __filename, __dirname) {${bundle}\n})`);
  const hash = createHash('sha256').update(program).digest('hex').slice(0, 16);
  const launcher = await build({
    ...options,
    entryPoints: [join(root, 'src-engine/launcher/launcher.ts')],
    define: { PROGRAM_HASH: JSON.stringify(hash) },
  });
  return `${START_LINES}${launcher.outputFiles[0].text}function program(){/*${program}*/}\n`;
}

mkdirSync(engine, { recursive: true });
mkdirSync(bin, { recursive: true });
// A running build may use the engine: it sees the old file or the new one. An unchanged file is not replaced.
for (const { path, text } of outputFiles) {
  const contents = Buffer.from(await ASSEMBLE[basename(path, '.cjs')](text));
  if (existsSync(path) && readFileSync(path).equals(contents)) continue;
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, contents);
  chmodSync(partial, 0o755);
  renameSync(partial, path);
}

// The bundled modules, for the licences in a package (tools/package/parts.mjs).
const modules = join(root, 'out/modules');
mkdirSync(modules, { recursive: true });
// The plugin's modules are named after the module that they load.
const inputs = Object.keys(metafile.inputs).map((input) => input.replace(/^lazy:/, ''));
writeFileSync(join(modules, 'engine.json'), JSON.stringify(inputs));

// out/bin goes on PATH: the commands by their own names, as steps and users call them.
for (const name of Object.keys(commands))
  if (!existsSync(join(bin, name))) symlinkSync(`../engine/${name}.cjs`, join(bin, name));
