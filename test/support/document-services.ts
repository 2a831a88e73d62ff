import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { createDocumentServices } from '../../src-main/documents';
import type { DocumentServices } from '../../src-main/rpc/services';

/** The folder of the templates and the palette. */
export const resources = join(import.meta.dirname, '../../resources');

/**
 * A new document from a template, in the folder `doc` of a temporary one, with the services of an app whose state is in
 * `state`.
 */
export interface OpenDocument {
  readonly folder: string;
  readonly services: DocumentServices;
  /** Path of the manifest. */
  readonly manifest: string;
}

/** Makes a document before each test, hands it to `use`, and removes its folder after the test. */
export function eachTestHasDocument(template: string, use: (document: OpenDocument) => void): void {
  let folder = '';
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-document-'));
    const services = createDocumentServices({ resources, state: join(folder, 'state') });
    const { path } = await services.templates.create({ template, folder: join(folder, 'doc'), name: 'doc' }, {});
    use({ folder, services, manifest: path });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
}
