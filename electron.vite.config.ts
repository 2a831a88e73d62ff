import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

const at = (path: string): string => resolve(import.meta.dirname, path);
/** One CommonJS file each, without node_modules beside it: a sandboxed preload can load nothing else. */
const commonJs = { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' } as const;

// The engine is not built here: it must be ONE file that can be copied to a build host (src-engine/bundle.mjs).
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node18',
      externalizeDeps: false,
      rollupOptions: {
        input: { index: at('src-main/index.ts'), 'serve-web': at('src-main/serve-web.ts') },
        external: [/\.node$/, 'bufferutil', 'utf-8-validate', 'cpu-features'],
        output: commonJs,
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      target: 'node18',
      externalizeDeps: false,
      rollupOptions: { input: { index: at('src-main/preload.ts') }, output: commonJs },
    },
  },
  renderer: {
    root: at('src-renderer'),
    plugins: [svelte({ configFile: at('svelte.config.js') })],
    build: { outDir: at('out/renderer'), target: 'chrome114', rollupOptions: { input: at('src-renderer/index.html') } },
  },
});
