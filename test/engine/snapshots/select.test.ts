import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { describeBackend } from '../../../src-engine/snapshots/select';

describe('the choice of a backend', () => {
  it('is ZFS for a dataset', async () => {
    const places = { mountpoint: '/pool/area', buildData: '/pool/area/build_data', stateFolder: '/pool/area/.slipway' };
    const { backend, reason } = await describeBackend({ dataset: 'pool/area', ...places });
    expect([backend.kind, reason]).toEqual(['zfs', expect.stringMatching(/^ZFS snapshots, because /)]);
  });

  it('is made with a reason for a directory, without creating anything, also one that is not there yet', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-select-'));
    try {
      for (const mountpoint of [folder, join(folder, 'not/there')]) {
        const places = {
          mountpoint,
          buildData: join(mountpoint, 'build_data'),
          stateFolder: join(mountpoint, '.slipway'),
        };
        const { backend, reason } = await describeBackend(places);
        expect(['plain', 'btrfs']).toContain(backend.kind);
        expect(reason).toMatch(/, because /);
        expect(await backend.list()).toEqual([]);
      }
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
