import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckpointFreshness } from '../../../src-shared/checkpoints/staleness';
import { FreshnessProject } from '../../support/freshness-project';

let project: FreshnessProject;
let server: Server | undefined;
beforeEach(() => void (project = new FreshnessProject()));
afterEach(() => {
  project.dispose();
  server?.close();
});

describe('a URL', () => {
  let headers: OutgoingHttpHeaders = { etag: '"1"' };
  const listen = async (): Promise<string> => {
    server = createServer((_, response) => response.writeHead(200, headers).end());
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/file`;
  };

  it('is compared by its ETag, and has an unknown freshness while the server is away or is not asked', async () => {
    const url = await listen();
    project.writeStep(`echo "url ${url}" >>"$SLIPWAY_INPUTS"`);
    await project.build();
    expect(await project.freshness()).toBe('current');
    headers = { etag: '"2"' };
    expect(await project.freshness()).toBe(`stale; \`a\` used ${url}: its content has changed`);
    const status = (await project.json('status')) as { steps: { freshness: CheckpointFreshness }[] };
    expect(status.steps[1]?.freshness).toEqual({
      kind: 'unknown',
      reason: `\`a\` used ${url}, which is not asked by this command; \`checkpoints\` and \`plan\` ask`,
    });
    await new Promise((resolve) => server?.close(resolve));
    expect(await project.freshness()).toBe(`unknown; \`a\` used ${url}, which does not answer`);
  });

  it('is compared by its date and length without an ETag, and the reason names which of them has changed', async () => {
    headers = { 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT', 'content-length': 0 };
    const url = await listen();
    project.writeStep(`echo "url ${url}" >>"$SLIPWAY_INPUTS"`);
    await project.build();
    expect(await project.freshness()).toBe('current');
    headers = { ...headers, 'last-modified': 'Tue, 02 Jan 2024 00:00:00 GMT' };
    expect(await project.freshness()).toBe(`stale; \`a\` used ${url}: its date has changed`);
    headers = { ...headers, 'content-length': 1 };
    expect(await project.freshness()).toBe(`stale; \`a\` used ${url}: its content has changed`);
  });
});
