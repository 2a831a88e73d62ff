// `npm run types`: checks the types of each program. All of them are checked, and the exit status is 1 when one has an error.
import { spawnSync } from 'node:child_process';
import { root } from '../launch/set-up.mjs';
import { nodeTool } from './node-tool.mjs';

/** A program of plain TypeScript, with the file that makes its next check faster. */
const tsc = (name) => [
  'tsc',
  '-p',
  `tsconfig.${name}.json`,
  '--incremental',
  '--tsBuildInfoFile',
  `node_modules/.cache/${name}.tsbuildinfo`,
];

const failed = [
  tsc('shared'),
  tsc('node'),
  ['svelte-check', '--tsconfig', 'tsconfig.web.json', '--fail-on-warnings', '--incremental'],
].filter((argv) => {
  const [command, ...args] = nodeTool(...argv);
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status !== 0;
});

for (const argv of failed) process.stderr.write(`FAILED  ${argv.join(' ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
