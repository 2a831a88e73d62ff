import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
// The login in the address of a repository is for the server: no message, note or title has it.
import { describe, expect, it } from 'vitest';
import { openIps } from '../../../src-engine/packages/ips/ips-source';
import { ask, exec } from '../../../src-engine/system/exec';
import { FakePkg } from '../../support/fake-pkg';
import { servePublisher } from '../../support/ips-publisher';
import { tempFolder } from '../../support/temp-folder';
import { openindiana } from './ips-fetched';

const LOGIN = 'keeper:s3cret@';
const withLogin = (url: string): string => url.replace('://', `://${LOGIN}`);
const HIDDEN = /keeper|s3cret/;

/** The message and the hint of what a call throws. */
async function textOf(call: Promise<unknown>): Promise<string> {
  const error = (await call.then(
    () => new Error('it was no failure'),
    (reason: unknown) => reason,
  )) as Error & { hint?: string };
  return `${error.message} ${error.hint ?? ''}`;
}

describe('a repository with a login', () => {
  it('has it in no title and no note about publishers', async () => {
    const { url } = await servePublisher(openindiana([{ name: 'editor/vim' }]));
    const origins = ['', 'absent'].map((publisher) => ({ url: withLogin(url), publisher }));
    const source = openIps(origins, tempFolder(), undefined);
    await source.refresh();
    const { repositories = [], unfollowed = [] } = (await source.edition()) ?? {};
    expect(repositories.map(({ name }) => name)).toEqual([url]);
    expect(unfollowed.map(({ message }) => message)).toEqual([
      `${url} has no publisher absent. It has openindiana.org: name one of them for this address.`,
    ]);
  });

  it('has it in no cached file that other accounts can read', async () => {
    const { url } = await servePublisher(openindiana([{ name: 'editor/vim' }]));
    const folder = tempFolder();
    await openIps([{ url: withLogin(url), publisher: '' }], folder).refresh();
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const withIt = files.filter((file) => HIDDEN.test(readFileSync(file, 'latin1')));
    expect(withIt.filter((file) => (statSync(file).mode & 0o077) !== 0)).toEqual([]);
    expect(files.length).toBeGreaterThan(1);
  });

  it('has it in no note of a pkg that repeats its address', async () => {
    const { url } = await servePublisher(openindiana([{ name: 'editor/vim' }]));
    const fake = new FakePkg(withLogin(url), `echo 'pkg: Unable to contact: ${withLogin(url)}/' >&2; exit 1`);
    const { notes } = await (await fake.source()).resolve(['vim']);
    expect(notes[0]).toContain(`pkg: Unable to contact: ${url}/`);
    expect(notes.join('\n')).not.toMatch(HIDDEN);
  });

  it.each([
    ['no catalogue', '/none'],
    ['an archive', '/packages.p5p'],
  ])('has it in no message about %s', async (_, path) => {
    const { url } = await servePublisher(openindiana([{ name: 'editor/vim' }]));
    const text = await textOf(openIps([{ url: `${withLogin(url)}${path}`, publisher: '' }], tempFolder()).refresh());
    expect(text).toContain(`${url}${path}`);
    expect(text).not.toMatch(HIDDEN);
  });

  it('has it in no message about a server that does not answer', async () => {
    const address = `http://${LOGIN}127.0.0.1:9/`;
    const text = await textOf(openIps([{ url: address, publisher: '' }], tempFolder()).refresh());
    expect(text).toContain('http://127.0.0.1:9');
    expect(text).not.toMatch(HIDDEN);
  });

  it('has it in no message of any tool that got the address', async () => {
    const argv = ['sh', '-c', 'echo "cannot reach $0" >&2; exit 3', withLogin('http://depot.example')] as const;
    for (const run of [exec, ask]) {
      const text = await textOf(run(argv));
      expect(text).toContain('cannot reach http://depot.example');
      expect(text).not.toMatch(HIDDEN);
    }
    const silent = ['sh', '-c', 'exit 3', withLogin('http://depot.example')] as const;
    for (const run of [exec, ask]) expect(await textOf(run(silent))).not.toMatch(HIDDEN);
  });
});
