import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../support/engine';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const opened: { dispose(): void }[] = [];
afterEach(() => opened.splice(0).forEach((place) => place.dispose()));

/** A server whose certificate is trusted only through the file `certificate`. */
async function server(folder: string): Promise<{ url: string; certificate: string }> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...names],
    {
      stdio: 'ignore',
    },
  );
  const answering = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, answer) => {
    answer.setHeader('etag', '"1"').end();
  });
  await new Promise<void>((resolve) => answering.listen(0, 'localhost', resolve));
  opened.push({ dispose: () => answering.close() });
  return { url: `https://localhost:${(answering.address() as AddressInfo).port}/`, certificate };
}

describe('certificates that NODE_EXTRA_CA_CERTS names', () => {
  it.skipIf(!hasOpenssl)('are trusted by commands that ask servers (skipped without openssl)', async () => {
    const project = new TestProject();
    opened.push(project);
    const { url, certificate } = await server(project.folder);
    const none = Object.fromEntries(['https_proxy', 'HTTPS_PROXY'].map((name) => [name, undefined]));
    project.env = { ...project.env, ...none, NODE_EXTRA_CA_CERTS: certificate };
    project.write({ steps: [{ name: 'a', body: `echo url ${url} >>"$SLIPWAY_INPUTS"` }, { name: 'b' }] });
    expect((await project.build()).code).toBe(0);
    expect((await project.build('-r', 'b')).stderr).not.toMatch(/Freshness|stale/);

    delete project.env['NODE_EXTRA_CA_CERTS'];
    expect((await project.build('-r', 'b')).stderr).toContain('which does not answer');
  });

  it('reach a step by --env, and Node does not warn about a file that is missing', async () => {
    const project = new TestProject({ steps: [{ name: 'a', body: 'echo "given <$NODE_EXTRA_CA_CERTS>"' }] });
    opened.push(project);
    project.env['NODE_EXTRA_CA_CERTS'] = '/nonexistent/certificates.pem';
    const { code, stderr } = await project.build('--env', 'NODE_EXTRA_CA_CERTS');
    expect(code, stderr).toBe(0);
    const { lastRun } = (await project.json('status')) as { lastRun: { journal: string } };
    expect(readFileSync(lastRun.journal, 'utf8')).toContain('given </nonexistent/certificates.pem>');
    expect(stderr).not.toContain('certs');
  });
});
