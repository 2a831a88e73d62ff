import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bin, finished } from './engine';
import { root } from './markdown';
import { PACKAGE_CACHE } from './package-cache';
import { hasTool } from './run-tool';

/** A slow mirror may need this long. Then each test reports the same error by itself. */
const TIMEOUT_MS = 600_000;

/**
 * Fetches the package lists of this machine once before the tests, so that no test waits for a mirror within its own
 * time. Lists that are in the cache stay.
 */
export default async function setup(): Promise<void> {
  if (!hasTool('apt-get')) return;
  const manifest = join(root, 'resources/templates/debian-live/manifest.xml');
  const env = { ...process.env, XDG_CACHE_HOME: PACKAGE_CACHE };
  const child = spawn(join(bin, 'distro_const'), ['catalogue', manifest], { env, timeout: TIMEOUT_MS });
  const { code, stderr } = await finished(child);
  if (code !== 0)
    process.stderr.write(`The package lists of this machine were not fetched before the tests: ${stderr}\n`);
}
