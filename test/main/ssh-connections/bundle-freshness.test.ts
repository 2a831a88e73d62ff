import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { CheckpointFreshness } from '../../../src-shared/checkpoints/staleness';
import { Bundles } from '../../../src-main/ssh-connections/bundles';
import type { ConnectedHost } from '../../../src-main/ssh-connections/host-link';
import { TestProject } from '../../support/engine';

const template = join(import.meta.dirname, '../../../resources/templates/tiny-linux/scripts/common.sh');

let project: TestProject;
afterEach(() => project.dispose());

/** A build host on this computer: files for the connection are written here, and commands run here. */
function thisComputer(folder: string): ConnectedHost {
  const transport = {
    list: async (path: string) => (existsSync(path) ? readdirSync(path) : []),
    send: async ({ path, bytes }: { path: string; bytes: Uint8Array }) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    },
    runAsAccount: async ([program = '', ...args]: readonly string[]) => {
      execFileSync(program, args);
      return { code: 0, stdout: Buffer.alloc(0), stderr: '' };
    },
  };
  return { transport, folder } as unknown as ConnectedHost;
}

it('An edit of a shared script makes the same checkpoints stale over SSH as on this computer.', async () => {
  project = new TestProject();
  cpSync(template, join(project.folder, 'scripts/common.sh'));
  project.write({ steps: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
  const uses = '#!/bin/sh\n. "$(dirname "$0")/common.sh"\necho ok >"$pkg_image/ok"\n';
  writeFileSync(join(project.folder, 'scripts/b'), uses);
  chmodSync(join(project.folder, 'scripts/b'), 0o755);
  const bundles = new Bundles(async () => thisComputer(join(project.folder, 'share')));
  const on = async (...args: string[]) => {
    const place = await bundles.place(join(project.folder, 'manifest.xml'));
    const command = `cd "${dirname(place)}" && exec distro_const "$@"`;
    return execFileSync('sh', ['-c', command, 'sh', ...args, 'manifest.xml'], {
      env: project.env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  };
  const freshness = (printed: string): (CheckpointFreshness | null)[] => {
    const { checkpoints } = JSON.parse(printed) as { checkpoints: { freshness: CheckpointFreshness | null }[] };
    return checkpoints.map((one) => one.freshness);
  };
  await on('build');
  // Another state of the document, in another folder, without a change of what a step uses.
  project.edit((text) => text.replace('<vmimg_params/>', '<!-- c --><vmimg_params/>'));
  expect(freshness(await on('checkpoints', '--json'))).toEqual(Array(3).fill({ kind: 'current' }));
  const common = join(project.folder, 'scripts/common.sh');
  writeFileSync(common, readFileSync(common, 'utf8').replace('set -eu', 'set -eu # edited'));
  const expected = [
    { kind: 'current' },
    { kind: 'current' },
    { kind: 'stale', step: 'b', reasons: ['`b` used scripts/common.sh: its content has changed'] },
  ];
  expect(freshness(await on('checkpoints', '--json'))).toEqual(expected);
  expect(freshness(JSON.stringify(await project.json('checkpoints')))).toEqual(expected);
});

it('The lock of the packages is sent with the manifest, and a changed one too.', async () => {
  project = new TestProject();
  project.write({ steps: [{ name: 'a' }] });
  const bundles = new Bundles(async () => thisComputer(join(project.folder, 'share')));
  const sent = async (): Promise<string> => {
    const place = await bundles.place(join(project.folder, 'manifest.xml'));
    return readFileSync(join(dirname(place), 'manifest.lock'), 'utf8');
  };
  project.file('manifest.lock', 'one');
  expect(await sent()).toBe('one');
  project.file('manifest.lock', 'two');
  expect(await sent()).toBe('two');
});
