import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const node = ['node:*', 'fs', 'path', 'child_process', 'os', 'net', 'crypto'];
/** One import rule: `files` may not import `banned`; the message says what to do instead. */
const rule = (files, banned, message, ignores = []) => ({
  files,
  ignores,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: banned, message }] }] },
});

/**
 * Folders of src-engine and the folders that each may import besides itself. One table makes one block per folder, because a later
 * `no-restricted-imports` block replaces an earlier one for the same file.
 */
const ENGINE_LAYERS = {
  system: [],
  snapshots: ['system'],
  area: ['snapshots', 'system'],
  'boot-test': ['system'],
  repositories: ['area', 'system'],
  packages: ['area', 'repositories', 'snapshots', 'system'],
  doctor: ['area', 'boot-test', 'packages', 'repositories', 'snapshots', 'system'],
  'support-bundle': ['area', 'doctor', 'packages', 'snapshots', 'system'],
  run: ['area', 'snapshots', 'system'],
  commands: ['area', 'boot-test', 'doctor', 'packages', 'repositories', 'run', 'snapshots', 'support-bundle', 'system'],
  'manifest-read': ['commands'],
  launcher: [],
  reference: ['commands', 'manifest-read'],
};

const OUTSIDE_ENGINE = ['electron', 'svelte', 'svelte/*', 'node-ssh', '**/src-main/**', '**/src-renderer/**'];

function engineLayers() {
  const folders = Object.keys(ENGINE_LAYERS);
  return [
    rule(
      ['src-engine/*.ts'],
      OUTSIDE_ENGINE,
      'The engine runs on a build host without the app: import from src-shared or node: only.',
    ),
    ...folders.map((folder) =>
      rule(
        [`src-engine/${folder}/**`],
        [
          ...OUTSIDE_ENGINE,
          '**/cli',
          ...folders
            .filter((other) => other !== folder && !ENGINE_LAYERS[folder].includes(other))
            .map((other) => `**/../${other}/**`),
        ],
        `src-engine/${folder} may import ${['src-shared', ...ENGINE_LAYERS[folder]].join(', ')} and node: only (ENGINE_LAYERS in eslint.config.js).`,
      ),
    ),
  ];
}

export default ts.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', 'test/fixtures/**'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  prettier,
  ...svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.node } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // A Map that a derived value makes and hands out is not state.
      'svelte/prefer-svelte-reactivity': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig },
    },
  },
  // Who may import whom (architecture: "The path tells the process and the layer").
  rule(
    ['src-shared/**'],
    [...node, 'electron', 'svelte', 'svelte/*', 'node-ssh', '**/src-engine/**', '**/src-main/**', '**/src-renderer/**'],
    'src-shared is pure: no I/O and no other program. Pass what you need as an argument.',
  ),
  ...engineLayers(),
  rule(
    ['src-main/**'],
    ['**/src-renderer/**', '**/src-engine/**', 'svelte', 'svelte/*'],
    'Main runs the engine as a command and never links it; what both need belongs in src-shared.',
  ),
  rule(
    ['src-renderer/**'],
    [...node, 'electron', '**/src-main/**', '**/src-engine/**'],
    'The renderer is a web page: ask main through the RPC contract in src-shared.',
  ),
);
