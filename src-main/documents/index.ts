import { hashPassword } from './password-hash';
import { dirname, join, resolve } from 'node:path';
import type { DocumentServices } from '../rpc/services';
import type { Places } from '../program/places';
import { findOriginalDifferences } from '../../src-shared/manifest/original-engine';
import { exportDocument } from './export';
import { scriptsNamedIn } from './named-scripts';
import { openDocument } from './open';
import { readPalette } from './palette';
import { RecentFiles } from './recent';
import { isNews, Recovery } from './recovery';
import { saveDocument, saveDocumentAs } from './save';
import { addFinalizer, listScripts, removeScript, writeScript } from './scripts';
import { createFromTemplate, listTemplates } from './templates';
import { nextChange } from './watch';

/** The services for manifests and their scripts, independent of the carrier. */
export function createDocumentServices({ resources, state }: Pick<Places, 'resources' | 'state'>): DocumentServices {
  const recent = new RecentFiles(state);
  const recovery = new Recovery(state);
  return {
    documents: {
      open: async ({ path }) => {
        const opened = await openDocument(path);
        await recent.add(opened.path, opened.source);
        const kept = await recovery.read(opened.path);
        return { ...opened, ...(kept && isNews(kept, opened) && { recovery: kept }) };
      },
      save: (input) => saveDocument(input, join(state, 'locks')),
      saveAs: async (input) => {
        const saved = await saveDocumentAs(input);
        await recent.add(saved.path, input.source);
        return saved;
      },
      keepForRecovery: ({ path, source, scripts }) => recovery.keep(path, { source, scripts }),
      forgetRecovery: ({ path }) => recovery.forget(path),
      nextChange: (known, { signal }) => nextChange(known, signal),
      recent: () => recent.list(),
      forgetRecent: ({ path }) => recent.forget(path),
    },
    scripts: {
      write: (input) => writeScript(input),
      addFinalizer: ({ document, id }) => addFinalizer(resources, document, id),
      remove: async (input) => ({ removed: await removeScript(input) }),
      palette: () => readPalette(resources),
    },
    accounts: { hash: async ({ password, scheme }) => ({ hash: await hashPassword(password, scheme) }) },
    templates: {
      list: () => listTemplates(resources),
      create: (input) => createFromTemplate(resources, input),
    },
    exporting: {
      check: async ({ path, source }) =>
        findOriginalDifferences(source, new Date(), await listScripts(dirname(resolve(path)), scriptsNamedIn(source))),
      write: (input) => exportDocument(input),
    },
  };
}
