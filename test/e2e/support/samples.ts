import { copyFileSync, cpSync, mkdtempSync, rmSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The manifest that most tests start from. */
export const template = join(import.meta.dirname, '../../../resources/templates/tiny-linux/manifest.xml');

/** A folder that is removed after the test. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-designer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new manifest without scripts. */
export function copyOfSample(): string {
  const path = join(temporary(), 'manifest.xml');
  copyFileSync(template, path);
  return path;
}

/** A manifest of 5,000 packages and 200 steps. */
export function largeManifest(): string {
  const packages = Array.from({ length: 5000 }, (_, at) => `      <pkg name="package-number-${at}"/>`).join('\n');
  const steps = Array.from(
    { length: 200 },
    (_, at) => `        <script name="scripts/s${at}"><checkpoint name="step-${at}" message="Step ${at}"/></script>`,
  ).join('\n');
  return readFileSync(template, 'utf8')
    .replace(/<packages>[\s\S]*<\/packages>/, `<packages>\n${packages}\n    </packages>`)
    .replace(/<finalizer>[\s\S]*<\/finalizer>/, `<finalizer>\n${steps}\n      </finalizer>`);
}

/** A new document from the Debian template, with its scripts. */
export function debianLive(): string {
  const folder = temporary();
  cpSync(join(dirname(template), '../debian-live'), folder, { recursive: true });
  return join(folder, 'manifest.xml');
}

/** A copy of a manifest of test/fixtures/manifests, without scripts. */
export function fixture(name: string): string {
  const path = join(temporary(), 'manifest.xml');
  copyFileSync(join(import.meta.dirname, '../../fixtures/manifests', name), path);
  return path;
}
