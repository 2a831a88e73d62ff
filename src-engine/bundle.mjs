// Builds the engine: one self-contained file per command, so that it can be copied to a build host as it is (Node >= 18).
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { manifestRead } from './manifest-read/assemble.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const engine = join(root, 'out/engine');
const bin = join(root, 'out/bin');
const commands = { distro_const: 'cli.ts', ManifestRead: 'manifest-read/cli.ts' };

const { outputFiles, metafile } = await build({
  entryPoints: Object.fromEntries(
    Object.entries(commands).map(([name, file]) => [name, join(root, 'src-engine', file)]),
  ),
  outdir: engine,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node18',
  format: 'cjs',
  logLevel: 'warning',
  write: false,
  metafile: true,
});

const read = (name) => readFileSync(join(root, 'src-engine/manifest-read', name), 'utf8');
const { code } = await transform(read('usage.ts'), { loader: 'ts' });
const { MANIFEST_READ_USAGE } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
const SHELL_LINES = {
  distro_const: (program) => `#!/usr/bin/env node\n${program}`,
  ManifestRead: (program) => manifestRead(program, read('client.pl'), MANIFEST_READ_USAGE),
};

mkdirSync(engine, { recursive: true });
mkdirSync(bin, { recursive: true });
// A build may be using the engine right now: it sees the old file or the new, and the same file is left alone.
for (const { path, text } of outputFiles) {
  const contents = Buffer.from(SHELL_LINES[basename(path, '.cjs')](text));
  if (existsSync(path) && readFileSync(path).equals(contents)) continue;
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, contents);
  chmodSync(partial, 0o755);
  renameSync(partial, path);
}

// What went into the bundle, for the licences that go along in a package (src-main/launch/package/parts.mjs).
const modules = join(root, 'out/modules');
mkdirSync(modules, { recursive: true });
writeFileSync(join(modules, 'engine.json'), JSON.stringify(Object.keys(metafile.inputs)));

// out/bin is what goes on PATH: the commands by their own names, as steps and people call them.
for (const name of Object.keys(commands))
  if (!existsSync(join(bin, name))) symlinkSync(`../engine/${name}.cjs`, join(bin, name));
