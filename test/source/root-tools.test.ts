import { expect, it } from 'vitest';
import { readsPassword } from '../../src-engine/support-bundle/piped-secrets';
import { ROOT_TOOLS } from '../../src-shared/hosts/model';
import { readPage } from '../support/markdown';

it.each(ROOT_TOOLS)(
  'The manual names %s, and support bundles hide a password that a command behind it reads.',
  (tool) => {
    expect(readPage('docs/build-over-ssh.md')).toMatch(new RegExp(`\`${tool}[ \`]`));
    expect(readsPassword([tool, 'chpasswd'])).toBe(true);
  },
);
