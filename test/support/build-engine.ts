import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the engine once before the tests, so that none can run against an old one. */
export default function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../tools/bundle-engine.mjs')], { stdio: 'inherit' });
}
