import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the engine once before the tests, so that none can run against an old one. `npm test` has done so and sets `SLIPWAY_BUILT`. */
export default function setup(): void {
  if (process.env.SLIPWAY_BUILT === '1') return;
  execFileSync(process.execPath, [join(import.meta.dirname, '../../tools/bundle-engine.mjs')], { stdio: 'inherit' });
}
