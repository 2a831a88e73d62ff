// Builds the engine: one self-contained file per command, so that it can be copied to a build host as it is (Node >= 18).
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const engine = join(root, 'out/engine');
const bin = join(root, 'out/bin');
const commands = { distro_const: 'cli.ts', ManifestRead: 'manifest-read-cli.ts' };

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
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
  write: false,
  metafile: true,
});

mkdirSync(engine, { recursive: true });
mkdirSync(bin, { recursive: true });
// A build may be using the engine right now: it sees the old file or the new, and the same file is left alone.
for (const { path, contents } of outputFiles) {
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
