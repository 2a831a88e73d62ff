import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/markdown';

/** Words that docs/conventions.md replaces: name the actor, functions return and report, constants are MAX_*. */
const AVOIDED = /\b(somebody|nobody|whoever|anew|patience|told|says)\b|\bMOST_/i;

it('names, comments and messages of the source avoid the words that the conventions replace', () => {
  const folders = ['src-shared', 'src-engine', 'src-main', 'src-renderer', 'tools'];
  const files = execFileSync('git', ['ls-files', '-z', '--', ...folders], { cwd: root, encoding: 'utf8' }).split('\0');
  const found = files
    .filter((path) => /\.(ts|mts|mjs|cjs|svelte)$/.test(path))
    .flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        // Code in a comment, such as the account `nobody`, is not prose.
        .flatMap((line, at) =>
          AVOIDED.test(line.replace(/`[\w ./-]+`/g, '')) ? [`${path}:${at + 1}: ${line.trim()}`] : [],
        ),
    );
  expect(found).toEqual([]);
});
