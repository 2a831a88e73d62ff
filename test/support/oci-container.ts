// Runs an OCI image with crun, without a daemon and without the tools that read images: the test itself reads it by the
// specification.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { lacksRootOr, runTool } from './run-tool';

const descriptor = z.object({ digest: z.string() });
const spec = z.looseObject({
  process: z.looseObject({}),
  linux: z.looseObject({ namespaces: z.array(z.looseObject({ type: z.string() })) }),
});

/** Why this host cannot run containers, as a clause. */
export const whyNoContainer = lacksRootOr('crun', 'unshare');

/** Unpacks the layer of an image, runs a command in it, and returns what it printed. */
export function runInImage(
  image: string,
  ...command: string[]
): { readonly status: number | null; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-oci-'));
  try {
    const [layout, bundle] = [join(folder, 'layout'), join(folder, 'bundle')];
    for (const path of [layout, join(bundle, 'rootfs')]) mkdirSync(path, { recursive: true });
    runTool('tar', '-xf', image, '-C', layout);
    const blob = (digest: string): string => join(layout, 'blobs', digest.replace(':', '/'));
    const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
    const { manifests } = z.object({ manifests: z.tuple([descriptor]) }).parse(json(join(layout, 'index.json')));
    const { layers } = z.object({ layers: z.tuple([descriptor]) }).parse(json(blob(manifests[0].digest)));
    runTool('tar', '-xzf', blob(layers[0].digest), '-C', join(bundle, 'rootfs'));
    runTool('crun', 'spec', '--bundle', bundle);
    const config = spec.parse(json(join(bundle, 'config.json')));
    Object.assign(config.process, { terminal: false, args: command, rlimits: [] });
    config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'cgroup');
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
    // crun refuses hosts with both versions of control groups. This container has none, so it does not see the second.
    const run = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"';
    const crun = ['crun', '--cgroup-manager=disabled', `--root=${join(folder, 'state')}`];
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      [
        ...['--mount', '--propagation', 'private', 'sh', '-c', run, 'sh'],
        ...[...crun, 'run', `--bundle=${bundle}`, `slipway-${process.pid}`],
      ],
      { encoding: 'utf8' },
    );
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
