// A large image over a connection that is cut on the way: the copy continues where it stopped, and every byte is right.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostLink } from '../../src-main/ssh-connections/host-link';
import { createMedia } from '../../src-main/services/outputs';
import type { BuildHost } from '../../src-main/build-hosts/build-host';
import { TestProject } from '../support/engine';
import { isFull } from '../support/full';
import { eventually } from '../support/eventually';
import { hasTool, runTool } from '../support/run-tool';
import { sshHost } from '../support/ssh-host';
import { CLIENTS, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd() ?? (hasTool('ssh') ? undefined : 'needs ssh');
/** `npm run test:full` copies a whole gigabyte. */
const SIZE_BYTES = isFull ? 1_000_000_000 : 250_000_000;
/** Enough for the cut to come before the end. */
const REPLACED_BYTES = 600_000_000;

describe.skipIf(reason !== undefined).each(CLIENTS)(`a large image, by %s${reason ? ` (${reason})` : ''}`, (_, by) => {
  let server: SshServer;
  let project: TestProject;
  let host: BuildHost;
  let link: HostLink;
  let media: string;
  let path: string;

  beforeAll(async () => {
    server = await startSshd();
    ({ host, link } = sshHost(() => by(loginAt(server))));
    project = new TestProject({ steps: [{ name: 'iso' }] });
    path = join(project.folder, 'manifest.xml');
    media = join(project.area, 'media');
    mkdirSync(media, { recursive: true });
    runTool('sh', '-c', 'head -c "$1" /dev/urandom >"$0"', join(media, 'large.iso'), `${SIZE_BYTES}`);
  });
  afterAll(async () => {
    link?.close();
    await server?.stop();
    project?.dispose();
  });

  /** The number of bytes that have arrived so far. */
  const sizeOf = (to: string): number => {
    const [partial] = readdirSync(to).filter((name) => name.endsWith('.part'));
    return partial === undefined ? 0 : (statSync(join(to, partial), { throwIfNoEntry: false })?.size ?? 0);
  };
  const sha256 = (file: string): string => runTool('sha256sum', file).slice(0, 64);

  it('is copied whole, though the connection is cut twice', { timeout: 600_000 }, async () => {
    const to = join(project.folder, 'whole');
    mkdirSync(to);
    const cuts: number[] = [];
    const copying = createMedia(host).copyOut({ path, name: 'large.iso', to }, {});
    for (const least of [0.2, 0.6]) {
      await eventually(() => expect(sizeOf(to)).toBeGreaterThan(least * SIZE_BYTES));
      server.cut();
      await eventually(() => expect(link.view.state).toBe('lost'));
      cuts.push(sizeOf(to));
    }
    await copying;
    expect(cuts.every((size) => size < SIZE_BYTES)).toBe(true);
    expect(readdirSync(to)).toEqual(['large.iso']);
    expect(sha256(join(to, 'large.iso'))).toBe(sha256(join(media, 'large.iso')));
  });

  it('is not mixed with another one that replaces it meanwhile', { timeout: 600_000 }, async () => {
    const to = join(project.folder, 'mixed');
    mkdirSync(to);
    const image = join(media, 'small.iso');
    runTool('truncate', '-s', `${REPLACED_BYTES}`, image);
    const { modified } =
      (await createMedia(host).list({ path }, {})).media.find(({ name }) => name === 'small.iso') ?? {};
    const copying = createMedia(host).copyOut({ path, name: 'small.iso', to }, {});
    const failing = expect(copying).rejects.toMatchObject({ code: 'conflict' });
    // What the host prints before the image comes first, by the ssh command.
    await eventually(() => expect(sizeOf(to)).toBeGreaterThan(10_000));
    server.cut();
    writeFileSync(image, Buffer.alloc(REPLACED_BYTES, 'b'));
    runTool('touch', '-d', `@${modified}`, image);
    await failing;
    expect(readdirSync(to)).toEqual([]);
  });
});
