// Also run over SSH, by test/hosts/builds-over-ssh.test.ts.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSupport } from '../../../../src-main/services/support-bundle';
import { buildHost } from '../../../support/build-host';
import type { TestProject } from '../../../support/engine';
import { carelessProject, leaks, unpack } from '../../../support/support-bundle';

const support = createSupport(buildHost());
let project: TestProject;
beforeAll(async () => {
  project = carelessProject();
  expect((await project.build()).code).toBe(0);
});
afterAll(() => project.dispose());

it('A support bundle of a build host comes to this computer, without secrets.', async () => {
  const to = join(project.folder, 'bundle.tar.gz');
  const before = readdirSync(project.folder);
  expect(await support.save({ path: join(project.folder, 'manifest.xml'), to }, {})).toEqual({ path: to });
  const files = unpack(to, join(project.folder, 'unpacked'));
  expect([...files.keys()].filter((name) => name.startsWith('logs/')).length).toBe(3);
  expect(files.get('manifest.xml')).toContain('harmless');
  expect(leaks(files)).toEqual([]);
  expect(readdirSync(project.folder).filter((name) => !before.includes(name))).toEqual(['bundle.tar.gz', 'unpacked']);
});

it('No file is overwritten, and a bundle that is cancelled leaves nothing behind.', async () => {
  const path = join(project.folder, 'manifest.xml');
  const taken = join(project.folder, 'taken.tar.gz');
  writeFileSync(taken, '');
  await expect(support.save({ path, to: taken }, {})).rejects.toMatchObject({ code: 'refused' });
  const nowhere = join(project.folder, 'none/x.tar.gz');
  await expect(support.save({ path, to: nowhere }, {})).rejects.toMatchObject({ code: 'missing' });
  const given = join(project.folder, 'given-up.tar.gz');
  await expect(support.save({ path, to: given }, { signal: AbortSignal.abort() })).rejects.toThrow();
  expect(existsSync(given)).toBe(false);
});
