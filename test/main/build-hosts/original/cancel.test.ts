// The original ends at once when it is cancelled, leaves its step running, and writes no last line (its contract, 1.3).
// It cannot run here, so a script that behaves the same takes its place, and builds in a plain directory.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBuildServices } from '../../../../src-main/services/build-services';
import { createOriginalHost } from '../../../../src-main/build-hosts/original/original-host';
import { fileHashes } from '../../../../src-main/ssh-connections/bundles';
import { createLocalTransport } from '../../../../src-main/transport/local';
import { BuildWatch } from '../../../support/build-watch';
import { TestProject } from '../../../support/engine';
import { eventually } from '../../../support/eventually';
import { hasTool } from '../../../support/run-tool';

let project: TestProject;
let watch: BuildWatch;
let path: string;

beforeEach(() => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  path = join(project.folder, 'manifest.xml');
  const stock = join(project.folder, 'distro_const');
  const data = `${project.area}/build_data`;
  writeFileSync(
    stock,
    `#!/bin/sh
mkdir -p '${project.area}/logs'
exec 3>>"${project.area}/logs/detail-log-$(date +%Y-%m-%d-%H-%M-%S)"
echo 'Build started' >&3
echo 'exec command: scripts/a /sock ${data}/pkg_image ${data}/tmp ${data}/boot_archive ${project.area}/media' >&3
sh -c 'echo $$ >"$1"; while [ -e "$1" ]; do sleep 0.05; done' sh '${project.folder}/step' 3>&- &
wait
`,
  );
  chmodSync(stock, 0o755);
  const host = createOriginalHost({
    transport: createLocalTransport(),
    command: async () => stock,
    place: async (manifest) => manifest,
    hashes: fileHashes,
    whenReachable: async () => undefined,
  });
  watch = new BuildWatch(createBuildServices(host), path);
});
afterEach(() => {
  watch.end();
  project.dispose();
});

const isAlive = (pid: number): boolean =>
  /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).stdout.trim());

// The original's checkpoints are those of ZFS. This build has none.
it.skipIf(!hasTool('zfs'))(
  'Cancel ends the build and its step, and shows it as stopped (skipped without zfs).',
  async () => {
    const { builds } = watch.services;
    await expect(builds.cancel({ path }, {})).rejects.toMatchObject({ code: 'refused' });
    await builds.start({ path }, {});
    await watch.until(({ last }) => last?.steps.at(-1)?.step === 'a');
    await eventually(() => expect(existsSync(join(project.folder, 'step'))).toBe(true));
    const step = Number(readFileSync(join(project.folder, 'step'), 'utf8'));
    expect(isAlive(step)).toBe(true);
    expect(await builds.cancel({ path }, {})).toEqual({ step: 'a', resumeFrom: null });
    expect(isAlive(step)).toBe(false);
    const last = await watch.until((seen) => seen.last?.state !== 'running' && seen.last);
    expect(last).toMatchObject({ state: 'cancelled', steps: [{ step: 'a', outcome: 'cancelled' }] });
  },
);
