import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Builds the engine once before the tests, so that no test uses an old one. `npm test` builds it first and sets
 * `SLIPWAY_BUILT`.
 */
export default function setup(): void {
  if (process.env.SLIPWAY_BUILT === '1') return;
  execFileSync(process.execPath, [join(import.meta.dirname, '../../tools/bundle-engine.mjs')], { stdio: 'inherit' });
}
