import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDocumentServices } from '../../../src-main/documents';
import { toWireError } from '../../../src-main/rpc/errors';
import type { DocumentServices } from '../../../src-main/rpc/services';
import { AppError } from '../../../src-shared/errors';
import { loadManifest } from '../../../src-shared/manifest/load';
import { ManifestSyntaxError } from '../../../src-shared/manifest/parse';
import { visible } from '../../../src-shared/visible';
import { resources } from '../../support/document-services';
import { report } from '../../support/faults/count';
import { HOSTILE_FILES, type Outcome } from '../../support/hostile/manifest-files';

let base = '';
let services: DocumentServices;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'slipway-hostile-'));
  services = createDocumentServices({ resources, state: join(base, 'state') });
});
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
  report(`hostile files: ${HOSTILE_FILES.length} kinds`);
});

/** Opens a file, and reads its text as the window does. */
async function outcomeOf(path: string): Promise<{ outcome: Outcome; error?: AppError }> {
  try {
    const { source, folder, scripts } = await services.documents.open({ path }, {});
    // Nothing of a script outside the folder is read.
    expect([folder, scripts.filter(({ text = '' }) => text.includes('root:'))]).toEqual([join(path, '..'), []]);
    loadManifest(source, { now: new Date(0) });
    return { outcome: 'opened' };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { outcome: error instanceof ManifestSyntaxError ? 'not well-formed' : 'refused', error };
  }
}

describe('Opening a hostile file:', () => {
  for (const { title, make, outcome, lacks } of HOSTILE_FILES)
    it.skipIf(lacks)(`A manifest ${title} is ${outcome}.${lacks === undefined ? '' : ` (${lacks})`}`, async () => {
      const folder = mkdtempSync(join(base, 'file-'));
      const path = make(folder);
      const before = existsSync(path) ? readdirSync(folder) : [];
      const found = await outcomeOf(path);
      expect(found.outcome, found.error?.message).toBe(outcome);
      expect(existsSync(path) ? readdirSync(folder) : []).toEqual(before);
      const { error } = found;
      if (!error) return;
      // The place of the problem, and the next action.
      if (error instanceof ManifestSyntaxError) expect(Math.min(error.line, error.column)).toBeGreaterThan(0);
      else
        expect([error.message.includes(basename(path)), error.hint ?? '']).toEqual([true, expect.stringMatching(/./)]);
      // The window gets no control characters, and no more text than it can show.
      const shown = toWireError(error).message;
      expect([visible(shown) === shown, shown.length < 10_000]).toEqual([true, true]);
    });
});
