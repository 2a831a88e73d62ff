import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The manifest that most tests start from. */
export const template = join(import.meta.dirname, '../../../resources/templates/tiny-linux/manifest.xml');

/** A folder that is gone after the test. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-designer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A manifest of the test's own, without scripts. */
export function copyOfSample(): string {
  const path = join(temporary(), 'manifest.xml');
  copyFileSync(template, path);
  return path;
}
