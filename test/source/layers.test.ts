import { ESLint } from 'eslint';
import { dirname } from 'node:path/posix';
import { expect, it } from 'vitest';
import { PROGRAMS } from '../../tools/lint/layers.mjs';
import { importsBelow } from '../support/import-graph';
import { root } from '../support/markdown';

const eslint = new ESLint({ cwd: root });

/** The regular expressions for imports that lint refuses in a file. */
async function refusedIn(file: string): Promise<RegExp[]> {
  const { rules } = (await eslint.calculateConfigForFile(file)) as {
    rules: Record<string, [number, { patterns: { regex: string }[] }]>;
  };
  return rules['no-restricted-imports']?.[1].patterns.map(({ regex }) => new RegExp(regex)) ?? [];
}

it.each([
  ['src-shared/checkpoints/rules.ts', ['node:fs', 'electron', 'svelte', 'ssh2', 'fast-xml-parser', '../rpc/builds']],
  ['src-shared/manifest/reader.ts', ['node:fs', 'ssh2', '../document/fields', '../../src-main/app']],
  ['src-engine/run/run-build.ts', ['svelte', 'electron', 'node-ssh', 'fast-xml-parser', '../packages/open', '../cli']],
  ['src-main/transport/local.ts', ['svelte', 'ssh2', '../services/builds', '../files/copy-out', '../app']],
  [
    'src-main/transport/ssh/connection.ts',
    ['svelte', 'fast-xml-parser', '../../services/logs', '../../../src-engine/cli'],
  ],
  ['src-main/services/logs/index.ts', ['ssh2', '../builds/session', '../../window/menu', '../../app']],
  ['src-renderer/screens/build/BuildScreen.svelte', ['electron', 'node:fs', '../packages/SizeBar.svelte']],
  ['src-renderer/screens/build/log/LogPanel.svelte', ['../../packages/SizeBar.svelte', '../../../../src-main/app']],
])('Lint refuses all forbidden imports of a layer at once: %s.', async (file, specifiers) => {
  const refused = await refusedIn(file);
  expect(specifiers.filter((specifier) => !refused.some((pattern) => pattern.test(specifier)))).toEqual([]);
});

it.each([
  ['src-shared/manifest/reader.ts', ['fast-xml-parser', './tree', '../errors']],
  ['src-main/transport/ssh/connection.ts', ['ssh2', 'node-ssh', '../transport', './lost', '../../async/serial-queue']],
  ['src-main/services/builds/session.ts', ['../../build-hosts/build-host', './area-watch', 'node:fs']],
  ['src-renderer/screens/build/BuildScreen.svelte', ['../../state/context', './log/LogPanel.svelte']],
])('Lint allows the imports of a layer: %s.', async (file, specifiers) => {
  const refused = await refusedIn(file);
  expect(specifiers.filter((specifier) => refused.some((pattern) => pattern.test(specifier)))).toEqual([]);
});

it('A screen that is not composed of others may import no other screen.', async () => {
  const refused = await refusedIn('src-renderer/screens/accounts/AccountsScreen.svelte');
  expect(refused.some((pattern) => pattern.test('../build/trees'))).toBe(true);
});

it('Each folder of a program is in the table of layers.', () => {
  const missing = Object.entries(PROGRAMS).flatMap(([program, { layers }]) => {
    const folders = importsBelow(program).map(({ from }) => dirname(from).slice(program.length + 1));
    return [...new Set(folders)].filter(
      (folder) =>
        folder !== '' &&
        !Object.entries(layers).some(
          // What may import everything has no folders below it.
          ([layer, mayImport]) =>
            folder === layer || (!mayImport.includes('*') && `${folder}/`.startsWith(`${layer}/`)),
        ),
    );
  });
  expect(missing).toEqual([]);
});
