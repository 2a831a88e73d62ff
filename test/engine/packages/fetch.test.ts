// Fetches of package lists that wait for others, or are ended: the lists are never fetched twice at once, and nothing is left running.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { whileAlone } from '../../../src-engine/packages/apt/fetch-lock';
import { probeKernelLock } from '../../../src-engine/system/kernel-lock';
import { AptRepository } from '../../support/apt-repository';
import { finished } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { hasTool } from '../../support/run-tool';
import { tempFolder } from '../../support/temp-folder';
import { PackagesProject } from './packages-project';

const PACKAGES = [{ name: 'nano', depends: 'libc6' }, { name: 'libc6' }];
const lacks = !hasTool('apt-get') || !hasTool('gpg') || !hasTool('flock');

/** The cache folder of a project's package lists. */
const cacheOf = (project: PackagesProject): string => {
  const all = join(project.folder, 'cache/slipway/catalogues');
  return join(all, readdirSync(all)[0] ?? '');
};

/** Whether a process of APT works in a folder. */
function hasApt(folder: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`APT_CONFIG=${folder}`);
      } catch {
        return false; // it has ended
      }
    });
}

describe.skipIf(lacks)('a fetch of package lists', () => {
  it('that waited for another one does not fetch again', async () => {
    const folder = tempFolder();
    let isFetched = false;
    let count = 0;
    let release = (): void => undefined;
    const first = whileAlone(
      folder,
      async () => isFetched,
      () =>
        new Promise((resolve) => {
          count++;
          release = () => {
            isFetched = true;
            resolve('done');
          };
        }),
    );
    await eventually(() => expect(count).toBe(1));
    const others = [1, 2, 3].map(() =>
      whileAlone(
        folder,
        async () => isFetched,
        async () => {
          count++;
          return 'done';
        },
      ),
    );
    release();
    await Promise.all([first, ...others]);
    expect(count).toBe(1);
  });

  it('that is ended ends APT too, so that the next one is not refused', async () => {
    const repository = await AptRepository.serve(PACKAGES);
    const project = new PackagesProject(repository.source, ['nano']);
    const release = repository.hold();
    onTestFinished(release);
    // As the app starts it, in a process group that it ends.
    const argv = ['catalogue', '--json', 'manifest.xml'];
    const child = spawn('distro_const', argv, {
      cwd: project.folder,
      env: project.env,
      detached: true,
      stdio: 'ignore',
    });
    await eventually(() => expect(repository.requests.length).toBeGreaterThan(0));
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    await eventually(() => expect(hasApt(cacheOf(project))).toBe(false));
    release();
    expect((await project.catalogue()).count).toBe(2);
  });

  it('waits while another program holds only the lock of APT', async () => {
    const repository = await AptRepository.serve(PACKAGES);
    const project = new PackagesProject(repository.source, ['nano']);
    await project.catalogue();
    const folder = cacheOf(project);
    const release = repository.hold();
    onTestFinished(release);
    repository.requests.length = 0;
    const other = spawn('apt-get', ['update'], {
      env: { ...process.env, APT_CONFIG: join(folder, 'apt.conf') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = finished(other);
    await eventually(() => expect(repository.requests.length).toBeGreaterThan(0));
    const refreshed = project.catalogue('--refresh');
    await eventually(() => expect(probeKernelLock(folder)).toBe('held'));
    release();
    expect((await refreshed).count).toBe(2);
    expect((await ended).code).toBe(0);
  });
});
