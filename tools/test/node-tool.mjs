// The programs of npm packages that the checks and tests run.
import { join } from 'node:path';
import { root } from '../launch/set-up.mjs';

const PROGRAMS = {
  eslint: 'eslint/bin/eslint.js',
  prettier: 'prettier/bin/prettier.cjs',
  'svelte-check': 'svelte-check/bin/svelte-check',
  tsc: 'typescript/bin/tsc',
  vitest: 'vitest/vitest.mjs',
};

/**
 * Node's options for them. They make much garbage, and more space for new objects lets most of it go uncopied. Threads that collect it
 * side by side wait for each other on a busy machine. Together this saves a quarter of the compiler's processor time.
 */
const OPTIONS = ['--v8-pool-size=1', '--max-semi-space-size=64'];

/** The command line of a program, without `npx`, which is another process. */
export function nodeTool(name, ...args) {
  return [process.execPath, ...OPTIONS, join(root, 'node_modules', PROGRAMS[name]), ...args];
}
