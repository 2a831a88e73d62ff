import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import { manualPages } from './src-renderer/screens/manual/vite-plugin';

const at = (path: string): string => resolve(import.meta.dirname, path);
/** One CommonJS file each, without node_modules beside it: a sandboxed preload can load nothing else. */
const commonJs = { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' } as const;
/** How long plug-ins take is no warning about what is built. */
const checks = { bundlerTimings: false };

/** Notes what went into a bundle, for the licences that go along in a package (tools/package/parts.mjs). */
const noteModules = (bundle: string): Plugin => ({
  name: 'slipway-note-modules',
  generateBundle() {
    mkdirSync(at('out/modules'), { recursive: true });
    writeFileSync(at(`out/modules/${bundle}.json`), JSON.stringify([...this.getModuleIds()]));
  },
});

// The engine is not built here: it must be ONE file that can be copied to a build host (tools/bundle-engine.mjs).
export default defineConfig({
  main: {
    plugins: [noteModules('main')],
    build: {
      outDir: 'out/main',
      target: 'node18',
      externalizeDeps: false,
      rollupOptions: {
        input: { index: at('src-main/index.ts'), 'serve-web': at('src-main/serve-web.ts') },
        external: [/\.node$/, 'bufferutil', 'utf-8-validate', 'cpu-features'],
        output: commonJs,
        checks,
      },
    },
  },
  preload: {
    plugins: [noteModules('preload')],
    build: {
      outDir: 'out/preload',
      target: 'node18',
      externalizeDeps: false,
      rollupOptions: { input: { index: at('src-main/preload.ts') }, output: commonJs, checks },
    },
  },
  renderer: {
    root: at('src-renderer'),
    plugins: [manualPages(), svelte({ configFile: at('svelte.config.js') }), noteModules('renderer')],
    build: {
      outDir: at('out/renderer'),
      minify: true,
      chunkSizeWarningLimit: 1000, // in kB, before it is packed
      target: 'chrome114',
      rollupOptions: { input: at('src-renderer/index.html'), checks },
    },
  },
});
