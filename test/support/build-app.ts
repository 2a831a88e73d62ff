import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Builds window, preload and main process once before the tests, so that no test uses old ones. `npm test` builds them
 * first and sets `SLIPWAY_BUILT`.
 */
export default function setup(): void {
  if (process.env.SLIPWAY_BUILT === '1') return;
  const vite = join(import.meta.dirname, '../../node_modules/electron-vite/bin/electron-vite.js');
  execFileSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: 'inherit',
  });
}
