import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { Designer } from './designer';
import { temporary } from './samples';

const templates = join(import.meta.dirname, '../../../resources/templates');

/** The packages screen as a user reads it. */
export class PackagesPage extends Designer {
  readonly search: Locator;
  readonly repository: Locator;
  readonly image: Locator;
  readonly details: Locator;
  readonly sum: Locator;

  constructor(page: Page) {
    super(page);
    this.search = page.getByRole('searchbox', { name: 'Search the repository' });
    this.repository = page.getByRole('listbox', { name: 'Repository packages' });
    this.image = page.getByRole('listbox', { name: 'Packages to install' });
    this.details = page.getByRole('complementary', { name: 'Selected package' });
    this.sum = page.getByRole('group', { name: 'Image size' });
  }

  inRepository(name: string): Locator {
    return this.repository.locator(`[data-name="${name}"]`);
  }

  inImage(name: string): Locator {
    return this.image.locator(`[data-name="${name}"]`);
  }

  /** Names of the image in the order of the source. */
  async installs(): Promise<string[]> {
    const options = await this.image.getByRole('option').all();
    const rows = await Promise.all(
      options.map(
        async (one) => [Number(await one.getAttribute('aria-posinset')), await one.getAttribute('data-name')] as const,
      ),
    );
    return rows.sort(([a], [b]) => a - b).map(([, name]) => name ?? '');
  }

  /** Waits until the present list is resolved. */
  async resolved(): Promise<void> {
    await this.sum.getByText(/^resolved \d\d:\d\d on /).waitFor();
  }
}

/** A new manifest from the template debian-live. */
export function debianLive(change = (manifest: string): string => manifest): string {
  const folder = join(temporary(), 'debian-live');
  cpSync(join(templates, 'debian-live'), folder, { recursive: true });
  const path = join(folder, 'manifest.xml');
  const text = readFileSync(path, 'utf8').replace('/var/lib/slipway/debian-live', join(folder, 'area'));
  writeFileSync(path, change(text));
  return path;
}
