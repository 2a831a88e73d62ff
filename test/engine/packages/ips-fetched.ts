import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openIps } from '../../../src-engine/packages/ips/ips-source';
import type { PackageSource } from '../../../src-engine/packages/package-source';
import type { Offer, TestIpsPackage } from '../../support/ips-publisher';

/** A folder that is gone when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-ips-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A source that has fetched what these addresses have. */
export async function fetched(...urls: readonly string[]): Promise<PackageSource> {
  const source = openIps(urls, tempFolder());
  await source.refresh();
  return source;
}

/** What the publisher openindiana.org offers. */
export const openindiana = (packages: readonly TestIpsPackage[]): Offer => ({ publisher: 'openindiana.org', packages });
