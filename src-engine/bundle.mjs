// Builds the engine: one self-contained file per command, so that it can be copied to a build host as it is (Node >= 18).
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const commands = { distro_const: 'cli.ts', ManifestRead: 'manifest-read-cli.ts' };

await build({
  entryPoints: Object.fromEntries(
    Object.entries(commands).map(([name, file]) => [name, join(root, 'src-engine', file)]),
  ),
  outdir: join(root, 'out/engine'),
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node18',
  format: 'cjs',
  banner: { js: '#!/usr/bin/env node' },
  loader: { '.rng': 'text' },
  logLevel: 'warning',
});

// out/bin is what goes on PATH: the commands by their own names, as steps and people call them.
const bin = join(root, 'out/bin');
rmSync(bin, { recursive: true, force: true });
mkdirSync(bin, { recursive: true });
for (const name of Object.keys(commands)) {
  chmodSync(join(root, `out/engine/${name}.cjs`), 0o755);
  symlinkSync(`../engine/${name}.cjs`, join(bin, name));
}
