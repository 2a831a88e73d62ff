// The step oci on a small tree: what a program finds that reads the image by its specification.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { OutputArea, sha256 } from '../../support/output-step';
import { lacksTool, runTool } from '../../support/run-tool';

const descriptor = z.object({ mediaType: z.string(), digest: z.string(), size: z.number() });
const indexFile = z.object({
  schemaVersion: z.literal(2),
  manifests: z.tuple([descriptor.extend({ annotations: z.record(z.string(), z.string()) })]),
});
const manifestFile = z.object({
  schemaVersion: z.literal(2),
  config: descriptor,
  layers: z.tuple([descriptor]),
});
const configFile = z.object({
  created: z.string(),
  architecture: z.string(),
  os: z.literal('linux'),
  config: z.object({ Cmd: z.array(z.string()) }),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.tuple([z.string()]) }),
});

describe('the step oci', () => {
  let area: OutputArea;
  let layout: string;
  beforeEach(() => {
    area = new OutputArea({ name: 'Sample System' });
    layout = join(area.folder, 'layout');
    area.write('boot_archive/bin/sh', '#!', 0o755);
    area.write('boot_archive/etc/shadow', 'secret', 0o600);
  });
  afterEach(() => area.dispose());

  function image() {
    const { status, stderr } = area.run('oci');
    expect(status, stderr).toBe(0);
    rmSync(layout, { recursive: true, force: true });
    mkdirSync(layout);
    runTool('tar', '-xf', join(area.media, 'Sample System.oci.tar'), '-C', layout);
    const json = (path: string): unknown => JSON.parse(readFileSync(join(layout, path), 'utf8'));
    const blob = (digest: string): string => join('blobs', digest.replace(':', '/'));
    const [entry] = indexFile.parse(json('index.json')).manifests;
    const manifest = manifestFile.parse(json(blob(entry.digest)));
    const config = configFile.parse(json(blob(manifest.config.digest)));
    const packed = readFileSync(join(layout, blob(manifest.layers[0].digest)));
    return { entry, manifest, config, packed, json };
  }

  it('Each blob has the name and the size of its descriptor.', () => {
    const { entry, manifest, config, packed, json } = image();
    const names = readdirSync(join(layout, 'blobs/sha256'));
    const described = [entry, manifest.config, manifest.layers[0]];
    expect(names.sort()).toEqual(described.map(({ digest }) => digest.replace('sha256:', '')).sort());
    for (const { digest, size } of described) {
      const data = readFileSync(join(layout, 'blobs', digest.replace(':', '/')));
      expect([`sha256:${sha256(data)}`, data.length]).toEqual([digest, size]);
    }
    expect(config.rootfs.diff_ids[0]).toBe(`sha256:${sha256(gunzipSync(packed))}`);
    expect(json('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
    expect(manifest.layers[0].mediaType).toBe('application/vnd.oci.image.layer.v1.tar+gzip');
  });

  it('The image has a reference that programs accept, the date of the files, and a shell that the tree has.', () => {
    const { entry, config } = image();
    expect(entry.annotations['org.opencontainers.image.ref.name']).toBe('sample-system:latest');
    expect(config).toMatchObject({ created: '2026-01-01T00:00:00Z', architecture: 'amd64' });
    expect(config.config.Cmd).toEqual(['/bin/sh']);
  });

  it('The layer has the files with their modes.', () => {
    const layer = gunzipSync(image().packed);
    const { stdout } = spawnSync('tar', ['-tv'], { input: layer, encoding: 'utf8' });
    expect(stdout).toMatch(/^-rwxr-xr-x \S+ +2 2026-01-01 .* \.\/bin\/sh$/m);
    expect(stdout).toMatch(/^-rw------- \S+ +6 2026-01-01 .* \.\/etc\/shadow$/m);
  });

  it('A second run gives the same bytes, and leaves no temporary files.', () => {
    image();
    const first = area.digestOf('Sample System.oci.tar');
    image();
    expect(area.digestOf('Sample System.oci.tar')).toBe(first);
    expect(readdirSync(area.tmp)).toEqual([]);
  });

  it.skipIf(lacksTool('zstd'))(
    'A layer is compressed with zstd on request, and an unknown compression is refused.',
    () => {
      area.set({ oci_compression: 'zstd' });
      const { manifest, config, packed } = image();
      expect(manifest.layers[0].mediaType).toBe('application/vnd.oci.image.layer.v1.tar+zstd');
      const layer = execFileSync('zstd', ['-dcq'], { input: packed });
      expect(config.rootfs.diff_ids[0]).toBe(`sha256:${sha256(layer)}`);
      area.set({ oci_compression: 'lzma' });
      expect(area.run('oci').stderr).toContain("oci_compression is 'lzma'; this step knows gzip and zstd.");
    },
  );

  const why = lacksTool('mksquashfs', 'unsquashfs');
  it.skipIf(why)(why ? `A packed image is the layer (${why})` : 'A packed image is the layer.', () => {
    area.write('tree/usr/bin/bash', '#!', 0o755);
    runTool('ln', '-s', 'usr/bin', join(area.folder, 'tree/bin'));
    mkdirSync(join(area.folder, 'pkg_image/live'));
    runTool('mksquashfs', join(area.folder, 'tree'), join(area.folder, 'pkg_image/live/filesystem.squashfs'), '-quiet');
    const { config, packed } = image();
    const layer = gunzipSync(packed);
    expect(config.config.Cmd).toEqual(['/bin/bash']);
    const { stdout } = spawnSync('tar', ['-t'], { input: layer, encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual(['./', './bin', './usr/', './usr/bin/', './usr/bin/bash']);
  });
});
