import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointFreshness } from '../../src-shared/checkpoints/staleness';
import { TestProject, type TestManifest } from './engine';

/** The inputs of step `a` of `buildWithInputs`; `HERE` is the folder of the project. */
const USES = [
  '. "$(dirname "$0")/common.sh"',
  '"$(dirname "$0")/helper"',
  'cat HERE/conf',
  'ls HERE/folder/of/it; cat HERE/link',
  '[ ! -e "$(dirname "$0")/local.conf" ] || . "$(dirname "$0")/local.conf"',
  'ManifestRead "$1" name; ManifestRead -k "$1" k; echo "${FLAVOUR-}"',
  'echo "path HERE/declared" >>"$SLIPWAY_INPUTS"',
  'echo "path HERE/later" >>"$SLIPWAY_INPUTS"',
  'echo "path HERE/pipe" >>"$SLIPWAY_INPUTS"',
  'echo "env BRAND" >>"$SLIPWAY_INPUTS"',
].join('\n');

/** A project whose last step `c` fails, so that the checkpoint before it shows the freshness of the steps before. */
export class FreshnessProject extends TestProject {
  /** The absolute path of a file of the project. */
  path(name: string): string {
    return join(this.folder, name);
  }

  append(name: string): void {
    writeFileSync(this.path(name), '2\n', { flag: 'a' });
  }

  /** Writes a manifest with step `a` of this text, and step `c`. */
  writeStep(body: string): this {
    return this.write({
      steps: [
        { name: 'a', body },
        { name: 'c', body: 'false' },
      ],
    });
  }

  /** Writes a manifest with these steps. Step `a` uses inputs of every kind. */
  writeSteps(names: readonly string[], more: Partial<TestManifest> = {}): this {
    const bodies: Record<string, string> = { a: USES.replaceAll('HERE', this.folder), c: 'false' };
    return this.write({
      steps: names.map((name) => ({ name, body: bodies[name] ?? 'true' })),
      pairs: { k: 'v1', unread: 'u1' },
      ...more,
    });
  }

  /** Writes a manifest with these values; step `a` reads `k`. */
  writePairs(change: Readonly<Record<string, string>>): this {
    return this.writeSteps(['a', 'b', 'c'], { pairs: { k: 'v1', unread: 'u1', ...change } });
  }

  /** A build of a, b and c, which fails in c. Step `a` uses inputs of every kind. */
  async buildWithInputs(more: Partial<TestManifest> = {}): Promise<void> {
    this.file('scripts/common.sh', 'X=1\n').file('scripts/helper', '#!/bin/sh\necho helper1\n');
    this.file('conf', '1').file('declared', '1').file('target', '1').file('other-target', '1');
    chmodSync(this.path('scripts/helper'), 0o755);
    mkdirSync(this.path('folder/of/it'), { recursive: true });
    this.file('folder/of/it/file', '1');
    symlinkSync('target', this.path('link'));
    this.env = { ...this.env, FLAVOUR: '1', BRAND: '1' };
    this.writeSteps(['a', 'b', 'c'], more);
    await this.build();
  }

  /** The freshness of a checkpoint: its kind, and the reasons with `HERE` for the folder of the project. */
  async freshness(step = 'c'): Promise<string> {
    const answer = await this.json('checkpoints');
    const { checkpoints } = answer as { checkpoints: { step: string; freshness: CheckpointFreshness | null }[] };
    const found = checkpoints.find((one) => one.step === step)?.freshness;
    const reasons = found?.kind === 'stale' ? found.reasons : found?.kind === 'unknown' ? [found.reason] : [];
    return [found?.kind, ...reasons].join('; ').replaceAll(this.folder, 'HERE');
  }
}
