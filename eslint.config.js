// First: the parser of Svelte reads what it sets.
import './tools/lint/types-of-components.mjs';
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { layerRules } from './tools/lint/layers.mjs';
import svelteConfig from './svelte.config.js';

/** Unhandled promises and missing cases. The rules need types. */
const TYPE_AWARE_RULES = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

/** docs/conventions.md: data from outside is parsed by a schema. */
const NO_UNCHECKED_JSON = {
  selector: 'TSAsExpression CallExpression[callee.object.name="JSON"][callee.property.name="parse"]',
  message: 'Parse it with a schema: parseJson or readJsonFile in the engine, zod in the app.',
};

/** The preload script and declarations are in no project with Node's types. */
const WITHOUT_TYPES = ['src-main/preload.ts', '**/*.d.ts'];

export default ts.config(
  { ignores: ['out/**', 'dist/**', '.svelte-check/**', 'node_modules/**', 'test/fixtures/**'] },
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
  {
    files: ['src-{shared,engine,main}/**/*.ts', 'test/**/*.ts'],
    ignores: WITHOUT_TYPES,
    // The project service opens files one by one, which takes more processor time than two whole programs.
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.shared.json', 'tsconfig.node.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: TYPE_AWARE_RULES,
  },
  {
    files: ['src-renderer/**/*.ts', 'src-renderer/**/*.svelte'],
    ignores: WITHOUT_TYPES,
    languageOptions: {
      parserOptions: {
        extraFileExtensions: ['.svelte'],
        project: 'tsconfig.web.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: TYPE_AWARE_RULES,
  },
  {
    files: ['src-{shared,engine,renderer}/**/*.{ts,svelte}', 'src-main/system/files.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_UNCHECKED_JSON] },
  },
  {
    files: ['src-main/**/*.ts'],
    ignores: ['src-main/system/files.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        NO_UNCHECKED_JSON,
        {
          selector: 'ImportDeclaration[source.value=/^(node:)?fs.promises$/]',
          message: 'Use src-main/system/files.ts: its calls are bounded in time.',
        },
        {
          selector: 'ImportDeclaration[source.value=/^(node:)?fs$/] ImportSpecifier[imported.name=/^(watch|.*Sync)$/]',
          message: 'A call that hangs would stop the whole app. Use src-main/system/files.ts.',
        },
      ],
    },
  },
  {
    // Before the window opens or after it closes, and /proc, which never hangs.
    files: [
      'src-main/program/places.ts',
      'src-main/program/temporary-home.ts',
      'src-main/system/folders-now.ts',
      'src-main/window/window-state.ts',
      'src-main/web/open-browser.ts',
      'src-main/system/processes.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', NO_UNCHECKED_JSON] },
  },
  ...layerRules(),
);
