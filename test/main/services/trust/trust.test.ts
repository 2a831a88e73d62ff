import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../../src-main/app';
import { THIS_COMPUTER } from '../../../../src-shared/hosts/model';
import { ENGINE } from '../../../support/build-host';

let folder: string;
let app: Awaited<ReturnType<typeof createApp>>;
const resources = join(import.meta.dirname, '../../../../resources');
const start = () =>
  createApp({ places: { resources, engine: ENGINE, state: join(folder, 'state'), documents: folder } });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-trust-'));
  app = await start();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the scripts of a folder', () => {
  const clone = (): { path: string; host: string } => {
    cpSync(join(resources, 'templates/blank'), join(folder, 'clone'), { recursive: true });
    return { path: join(folder, 'clone/manifest.xml'), host: THIS_COMPUTER };
  };

  it('are shown, and refused by builds and checks, until they are trusted for the account', async () => {
    const target = clone();
    const question = await app.trust.check(target, {});
    expect(question).toMatchObject({ isTrusted: false, folder: join(folder, 'clone') });
    expect(question.scripts).toContainEqual({ path: 'scripts/hello', text: expect.stringContaining('#!/bin/sh') });
    await expect(app.builds.start(target, {})).rejects.toMatchObject({ code: 'refused' });
    await expect(app.hosts.preflight(target, {})).rejects.toMatchObject({ code: 'refused' });
    await app.trust.accept(target, {});
    expect((await (await start()).trust.check(target, {})).isTrusted).toBe(true);
    expect((await app.hosts.preflight(target, {})).checks.length).toBeGreaterThan(0);
    expect(statSync(join(folder, 'state/trusted.json')).mode & 0o077).toBe(0);
  });

  it('are trusted in a folder that was made here and in its copies, and not in copies of others', async () => {
    const { path } = await app.templates.create({ template: 'blank', folder: join(folder, 'made'), name: 'made' }, {});
    const copyOf = async (from: string, name: string) => {
      const { source, encoding } = await app.documents.open({ path: from }, {});
      const copy = join(folder, name, 'manifest.xml');
      await app.documents.saveAs({ from, path: copy, source, encoding }, {});
      return (await app.trust.check({ path: copy, host: THIS_COMPUTER }, {})).isTrusted;
    };
    expect((await app.trust.check({ path, host: THIS_COMPUTER }, {})).isTrusted).toBe(true);
    expect([await copyOf(path, 'copy'), await copyOf(clone().path, 'other')]).toEqual([true, false]);
  });

  it('are not trusted by a damaged list', async () => {
    const { path } = await app.templates.create({ template: 'blank', folder: join(folder, 'made'), name: 'made' }, {});
    writeFileSync(join(folder, 'state/trusted.json'), '[{"folder":');
    expect((await app.trust.check({ path, host: THIS_COMPUTER }, {})).isTrusted).toBe(false);
  });
});
